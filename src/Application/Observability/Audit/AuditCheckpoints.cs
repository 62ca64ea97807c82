using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.Audit;

/// <summary>A checkpoint as it is exported, and given back for a verification.</summary>
/// <param name="Tenant">Printed id of the tenant.</param>
/// <param name="Sequence">Place of the record that was the last one.</param>
/// <param name="Hash">Its hash: 64 hexadecimal digits.</param>
/// <param name="At">RFC 3339 instant of the statement, UTC, with microseconds.</param>
/// <param name="KeyVersion">Version of the key that signed it.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 in base64: r and s of 32 bytes each.</param>
public sealed record AuditCheckpointDocument(string Tenant, long Sequence, string Hash, string At, int KeyVersion, string Signature)
{
    /// <summary>Of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    public static AuditCheckpointDocument Of(AuditCheckpoint checkpoint) => new(
        checkpoint.Tenant.ToString(),
        checkpoint.Position.Sequence,
        Convert.ToHexStringLower(checkpoint.Position.Hash.Span),
        AuditEntry.TimeOf(checkpoint.At),
        checkpoint.KeyVersion,
        Convert.ToBase64String(checkpoint.Signature.Span));

    /// <summary>The checkpoint; null when it is none. The signature is not checked.</summary>
    public AuditCheckpoint? ToCheckpoint()
    {
        var (hash, signature) = (new byte[AuditKey.Length], new byte[2 * AuditKey.Length]);
        return EntityId.TryParse<TenantId>(Tenant, out var tenant)
            && Hash.Length == 2 * hash.Length && Convert.FromHexString(Hash, hash, out _, out _) == System.Buffers.OperationStatus.Done
            && DateTimeOffset.TryParse(At, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            && Convert.TryFromBase64String(Signature, signature, out var length)
                ? new AuditCheckpoint(tenant, new AuditPosition(Sequence, hash), at.ToUniversalTime(), KeyVersion, signature.AsMemory(0, length))
                : null;
    }
}

/// <summary>Checkpoints of the tenant, latest first.</summary>
/// <param name="List">Limit and cursor.</param>
public sealed record ListAuditCheckpoints(ListRequest List) : IQuery<Page<AuditCheckpointDocument>>;

internal sealed class ListAuditCheckpointsHandler(IAuditReader reader, WriteContext request)
    : MediatR.IRequestHandler<ListAuditCheckpoints, Page<AuditCheckpointDocument>>
{
    public async Task<Page<AuditCheckpointDocument>> Handle(ListAuditCheckpoints query, CancellationToken cancellationToken)
    {
        var fingerprint = $"audit checkpoints {request.Tenant}";
        var found = await reader.ListCheckpointsAsync(request.Tenant, AuditCursor.Read(query.List.Cursor, fingerprint), query.List.Limit + 1, cancellationToken);
        var items = found.Take(query.List.Limit).Select(AuditCheckpointDocument.Of).ToList();
        return new Page<AuditCheckpointDocument>(items, found.Count > items.Count ? AuditCursor.Write(items[^1].Sequence, fingerprint) : null);
    }
}
