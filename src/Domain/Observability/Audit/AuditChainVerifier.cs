using System.Globalization;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>Verifies one chain, record by record in ascending order, in constant memory.</summary>
public sealed class AuditChainVerifier
{
    /// <summary>Most findings that are named; the rest is counted.</summary>
    public const int MaxFaults = 20;

    private readonly TenantId _tenant;
    private readonly AuditChain _chain;
    private readonly AuditPosition _start;
    private readonly List<AuditCheckpoint> _checkpoints;
    private readonly List<AuditFault> _faults = [];
    private readonly MovedRecords _moved;
    private AuditPosition _last;
    private bool _afterGap;
    private long _records;
    private long _faultCount;
    private int _nextCheckpoint;
    private int _compared;

    /// <summary>Begins at a place that is known to be good.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="start"><see cref="AuditPosition.Start"/>, or the last record of a signed archive or checkpoint.</param>
    /// <param name="checkpoints">Checkpoints to compare with, from wherever they were kept.</param>
    public AuditChainVerifier(AuditKeyRing keys, TenantId tenant, AuditPosition start, IEnumerable<AuditCheckpoint> checkpoints)
    {
        (_tenant, _chain, _start, _last) = (tenant, new AuditChain(keys), start, start);
        _moved = new MovedRecords(_chain);
        _checkpoints = [];
        foreach (var checkpoint in checkpoints.Where(c => c.Tenant == tenant && c.Position.Sequence >= start.Sequence).OrderBy(c => c.Position.Sequence))
        {
            if (checkpoint.IsGenuine(keys))
            {
                _checkpoints.Add(checkpoint);
            }
            else
            {
                Find(checkpoint.Position.Sequence, null, AuditFaultKind.CheckpointForged, "A checkpoint of this place was not signed by this installation.");
            }
        }

        Compare(null);
    }

    /// <summary>Takes the next record.</summary>
    /// <param name="record">A record of the tenant; its sequence is higher than that of the one before.</param>
    public void Take(AuditRecord record)
    {
        _records++;
        var expected = _last.Sequence + 1;
        if (record.Sequence != expected)
        {
            Find(expected, null, AuditFaultKind.Missing, record.Sequence - 1 <= expected
                ? Text($"Record {expected} is not there.")
                : Text($"Records {expected} to {record.Sequence - 1} are not there."));
            _afterGap = true;
        }

        Check(record);
        _last = new AuditPosition(record.Sequence, record.Hash);
        _afterGap = false;
        Compare(record);
    }

    /// <summary>Ends the verification.</summary>
    /// <param name="head">The stored end of the chain; null when there is none.</param>
    public AuditChainReport Finish(AuditHead? head)
    {
        var longest = Math.Max(head?.Position.Sequence ?? 0, _checkpoints is [.., var last] ? last.Position.Sequence : 0);
        if (longest > _last.Sequence)
        {
            Find(_last.Sequence + 1, null, AuditFaultKind.TailCut, Text($"The chain reached record {longest}, and ends at {_last.Sequence}."));
        }
        else if (head is null && _last.Sequence > 0)
        {
            Find(_last.Sequence, null, AuditFaultKind.HeadForged, "The stored end of the chain is not there.");
        }

        if (head is not null && (!_chain.IsSealed(_tenant, head) || (head.Position.Sequence <= _last.Sequence && !head.Position.Equals(_last))))
        {
            Find(head.Position.Sequence, null, AuditFaultKind.HeadForged, "The stored end of the chain was not written by this installation, or does not fit the last record.");
        }

        var faults = _faults.Select(_moved.Explain).OrderBy(f => f.Sequence).ToList();
        return new AuditChainReport(_tenant, _start.Sequence, _last, _records, _compared, faults, _faultCount);
    }

    private void Check(AuditRecord record)
    {
        var linked = _chain.IsLinked(record, _last.Hash.Span);
        if (linked is false && _afterGap && record.Tenant == _tenant)
        {
            return; // The hash of the record before is gone, so this one can only be taken as it is.
        }

        if (linked is null)
        {
            Find(record.Sequence, record.Id, AuditFaultKind.KeyMissing, Text($"The record was written under key {record.KeyVersion}, which this node does not have."));
        }
        else if (linked is false || record.Tenant != _tenant)
        {
            _moved.Add(record, _last.Hash);
            Find(record.Sequence, record.Id, AuditFaultKind.Altered, "The record is not what was written at this place: a field or its hash was changed.");
        }
        else if (record.Action == AuditRecord.BreakAction)
        {
            Find(record.Sequence, record.Id, AuditFaultKind.Break, "When this record was written, the end of the chain was not as the gateway had left it.");
        }
    }

    private void Compare(AuditRecord? record)
    {
        for (; _nextCheckpoint < _checkpoints.Count && _checkpoints[_nextCheckpoint].Position.Sequence <= _last.Sequence; _nextCheckpoint++)
        {
            var checkpoint = _checkpoints[_nextCheckpoint];
            _compared++;
            if (checkpoint.Position.Sequence == _last.Sequence && !checkpoint.Position.Equals(_last))
            {
                Find(_last.Sequence, record?.Id, AuditFaultKind.CheckpointMismatch, "A signed checkpoint has another hash for this record: it, or one before it, was rewritten.");
            }
        }
    }

    private void Find(long sequence, AuditRecordId? id, AuditFaultKind kind, string detail)
    {
        _faultCount++;
        if (_faults.Count < MaxFaults)
        {
            _faults.Add(new AuditFault(sequence, id, kind, detail));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
