using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>What a verification can find.</summary>
public enum AuditFaultKind
{
    /// <summary>A field of the record, or its hash, is not what was written.</summary>
    Altered,

    /// <summary>The record was written at another place of the chain.</summary>
    Moved,

    /// <summary>One or more records are not there.</summary>
    Missing,

    /// <summary>The records from this place on are not there, though the chain was longer.</summary>
    TailCut,

    /// <summary>The stored end of the chain was not written by this installation, or does not fit the last record.</summary>
    HeadForged,

    /// <summary>A checkpoint has another hash for this place.</summary>
    CheckpointMismatch,

    /// <summary>A checkpoint was not signed by this installation.</summary>
    CheckpointForged,

    /// <summary>The key of the record is not known here, so it cannot be checked.</summary>
    KeyMissing,

    /// <summary>An archive file is not where this node wrote it.</summary>
    ArchiveMissing,

    /// <summary>An archive file does not hold what was archived.</summary>
    ArchiveAltered,

    /// <summary>When the gateway wrote this record, it found the end of the chain other than it had left it.</summary>
    Break,
}

/// <summary>One finding.</summary>
/// <param name="Sequence">The first place that is wrong.</param>
/// <param name="Id">The record at that place; null where none is.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Detail">The same in words.</param>
public sealed record AuditFault(long Sequence, AuditRecordId? Id, AuditFaultKind Kind, string Detail);

/// <summary>What the verification of one chain found.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="From">Where it began: 0, or the last record that was archived.</param>
/// <param name="Last">The last record that is there.</param>
/// <param name="Records">How many records were read.</param>
/// <param name="Checkpoints">How many checkpoints were compared.</param>
/// <param name="Faults">The first findings, in the order of the chain.</param>
/// <param name="FaultCount">How many findings there are in all.</param>
public sealed record AuditChainReport(TenantId Tenant, long From, AuditPosition Last, long Records, int Checkpoints, IReadOnlyList<AuditFault> Faults, long FaultCount)
{
    /// <summary>True when nothing was found.</summary>
    public bool Valid => FaultCount == 0;

    /// <summary>The same with what was found before the place where it began.</summary>
    /// <param name="faults">The findings, in the order of the chain.</param>
    public AuditChainReport After(IReadOnlyList<AuditFault> faults) =>
        this with { Faults = [.. faults.Concat(Faults).Take(AuditChainVerifier.MaxFaults)], FaultCount = FaultCount + faults.Count };
}
