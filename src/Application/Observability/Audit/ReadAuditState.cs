using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Observability.Audit;

/// <summary>How the chain of the tenant stands, without reading it.</summary>
public sealed record ReadAuditState : IQuery<AuditState>;

/// <summary>How a chain stands.</summary>
/// <param name="Tenant">Printed id of the tenant.</param>
/// <param name="LastSequence">The last record; 0 for none.</param>
/// <param name="LastCheckpoint">The newest signed checkpoint; null before the first.</param>
/// <param name="LastVerification">What the last verification found; null before the first.</param>
/// <param name="PublicKeys">Keys that check the signatures of checkpoints, in PEM, by version.</param>
public sealed record AuditState(
    string Tenant, long LastSequence, AuditCheckpointDocument? LastCheckpoint, AuditChainVerdict? LastVerification, IReadOnlyDictionary<int, string> PublicKeys);

internal sealed class ReadAuditStateHandler(IAuditReader reader, WriteContext request) : IRequestHandler<ReadAuditState, AuditState>
{
    public async Task<AuditState> Handle(ReadAuditState query, CancellationToken cancellationToken)
    {
        var last = await reader.ListAsync(new AuditFilter(request.Tenant), null, 1, ascending: false, cancellationToken);
        var checkpoints = await reader.ListCheckpointsAsync(request.Tenant, null, 1, cancellationToken);
        return new AuditState(
            request.Tenant.ToString(),
            last is [var record] ? record.Sequence : 0,
            checkpoints is [var checkpoint] ? AuditCheckpointDocument.Of(checkpoint) : null,
            await reader.LastVerdictAsync(request.Tenant, cancellationToken),
            reader.PublicKeys);
    }
}
