using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Observability.Audit;

/// <summary>Verifies the chain of the tenant from end to end; for a global identity the chains of all tenants.</summary>
/// <param name="Checkpoints">Checkpoints that were kept elsewhere, to compare with.</param>
public sealed record VerifyAudit(IReadOnlyList<AuditCheckpointDocument> Checkpoints) : IQuery<AuditVerdict>;

/// <summary>What a verification found.</summary>
/// <param name="Valid">True when no chain shows a trace of tampering.</param>
/// <param name="At">When it began.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Chains">One for each tenant.</param>
public sealed record AuditVerdict(bool Valid, DateTimeOffset At, long DurationMs, IReadOnlyList<AuditChainVerdict> Chains);

/// <summary>What was found in one chain.</summary>
/// <param name="Tenant">Printed id of the tenant.</param>
/// <param name="Valid">True when nothing was found.</param>
/// <param name="At">When it was verified.</param>
/// <param name="ArchivedTo">The last record that is in an archive file; 0 for none. The verification begins after it.</param>
/// <param name="LastSequence">The last record that is there.</param>
/// <param name="Records">How many records were read.</param>
/// <param name="Checkpoints">How many signed checkpoints were compared: of the database, of this node's data folder, and given ones.</param>
/// <param name="FirstBad">The first finding in the order of the chain; null for none.</param>
/// <param name="Faults">The first findings, at most 20.</param>
/// <param name="FaultCount">How many findings there are in all.</param>
public sealed record AuditChainVerdict(
    string Tenant,
    bool Valid,
    DateTimeOffset At,
    long ArchivedTo,
    long LastSequence,
    long Records,
    int Checkpoints,
    AuditFinding? FirstBad,
    IReadOnlyList<AuditFinding> Faults,
    long FaultCount)
{
    /// <summary>How many archive files were read and compared with what was archived.</summary>
    public int ArchivesVerified { get; init; }

    /// <summary>How many archive files are at other nodes, which verify them when they are asked.</summary>
    public int ArchivesElsewhere { get; init; }

    /// <summary>Of a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="at">When the verification began.</param>
    public static AuditChainVerdict Of(AuditChainReport report, DateTimeOffset at)
    {
        var faults = report.Faults.Select(AuditFinding.Of).ToList();
        return new AuditChainVerdict(
            report.Tenant.ToString(), report.Valid, at, report.From, report.Last.Sequence, report.Records, report.Checkpoints, faults.FirstOrDefault(), faults, report.FaultCount);
    }
}

/// <summary>One finding.</summary>
/// <param name="Sequence">The first place in the chain that is wrong.</param>
/// <param name="Id">Printed id of the record at that place; null where none is.</param>
/// <param name="Kind"><c>altered</c>, <c>moved</c>, <c>missing</c>, <c>tail-cut</c>, <c>head-forged</c>, <c>checkpoint-mismatch</c>, <c>checkpoint-forged</c>, <c>key-missing</c>, <c>archive-missing</c>, <c>archive-altered</c> or <c>break</c>.</param>
/// <param name="Detail">The same in words.</param>
public sealed record AuditFinding(long Sequence, string? Id, string Kind, string Detail)
{
    /// <summary>Of a fault.</summary>
    /// <param name="fault">The fault.</param>
    public static AuditFinding Of(AuditFault fault) =>
        new(fault.Sequence, fault.Id?.ToString(), JsonNamingPolicy.KebabCaseLower.ConvertName(fault.Kind.ToString()), fault.Detail);
}

/// <summary>Verifies chains in the store.</summary>
public interface IAuditVerification
{
    /// <summary>Verifies from the first record that is in the database to the last, in one snapshot of the database.</summary>
    /// <param name="tenant">The chain; null for all.</param>
    /// <param name="checkpoints">Checkpoints that were kept elsewhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AuditVerdict> VerifyAsync(TenantId? tenant, IReadOnlyList<AuditCheckpoint> checkpoints, CancellationToken cancellationToken);
}

internal sealed class VerifyAuditHandler(IAuditVerification verification, WriteContext request) : IRequestHandler<VerifyAudit, AuditVerdict>
{
    private static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The request is not valid.");

    public Task<AuditVerdict> Handle(VerifyAudit query, CancellationToken cancellationToken)
    {
        var checkpoints = query.Checkpoints
            .Select((c, i) => c.ToCheckpoint() ?? throw new DomainException(Invalid, "This is not a checkpoint as GET /api/v1/audit/checkpoints shows it.", $"/checkpoints/{i}"))
            .ToList();
        return verification.VerifyAsync(request.Actor.Global ? null : request.Tenant, checkpoints, cancellationToken);
    }
}
