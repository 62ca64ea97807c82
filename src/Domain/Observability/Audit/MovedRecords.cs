using System.Globalization;

namespace DataHub.Domain.Observability.Audit;

/// <summary>Tells records that were moved from records that were changed: a moved one fits where another bad one stands now.</summary>
internal sealed class MovedRecords(AuditChain chain)
{
    private readonly List<(AuditRecord Record, ReadOnlyMemory<byte> Previous)> _bad = [];

    /// <summary>Remembers a record that does not fit its place.</summary>
    public void Add(AuditRecord record, ReadOnlyMemory<byte> previous)
    {
        if (_bad.Count < AuditChainVerifier.MaxFaults)
        {
            _bad.Add((record, previous));
        }
    }

    /// <summary>The finding, with the place where the record belongs if there is one.</summary>
    public AuditFault Explain(AuditFault fault)
    {
        if (fault.Kind != AuditFaultKind.Altered || _bad.Find(b => b.Record.Sequence == fault.Sequence).Record is not { } record)
        {
            return fault;
        }

        foreach (var place in _bad.Select(b => b.Record.Sequence).Where(s => s != record.Sequence))
        {
            var there = record with { Sequence = place };
            if (_bad.Any(b => chain.IsLinked(there, b.Previous.Span) is true || chain.IsLinked(there, b.Record.Hash.Span) is true))
            {
                return fault with { Kind = AuditFaultKind.Moved, Detail = string.Create(CultureInfo.InvariantCulture, $"The record was written at place {place} of the chain, and moved here.") };
            }
        }

        return fault;
    }
}
