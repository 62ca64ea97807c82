using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Observability.Audit;

/// <summary>Which records a list shows. Every member that is set narrows it.</summary>
/// <param name="Tenant">The chain.</param>
public sealed record AuditFilter(TenantId Tenant)
{
    /// <summary>One record.</summary>
    public AuditRecordId? Id { get; init; }

    /// <summary>UTC instant from which on, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>UTC instant before which, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Printed id of who did it.</summary>
    public string? Actor { get; init; }

    /// <summary>The action; with <c>*</c> at the end, its beginning.</summary>
    public string? Action { get; init; }

    /// <summary>Kind of resource.</summary>
    public string? ResourceType { get; init; }

    /// <summary>Printed id of the resource.</summary>
    public string? ResourceId { get; init; }

    /// <summary>The word of a result.</summary>
    public string? Result { get; init; }

    /// <summary>Printed id of a request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Everything that shapes the list, as the cursor binds it.</summary>
    /// <returns>A text that differs whenever a filter differs.</returns>
    public string Fingerprint() => string.Join('\u001f', "audit", Tenant, From?.UtcTicks, To?.UtcTicks, Actor, Action, ResourceType, ResourceId, Result, RequestId);
}

/// <summary>Reads the stored trail.</summary>
public interface IAuditReader
{
    /// <summary>Records of a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="after">Sequence of the last record of the page before; null for the first page.</param>
    /// <param name="count">Most records wanted.</param>
    /// <param name="ascending">True: in the order of the chain; false: latest first.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<AuditRecord>> ListAsync(AuditFilter filter, long? after, int count, bool ascending, CancellationToken cancellationToken);

    /// <summary>Checkpoints of a chain, latest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="before">Sequence of the last one of the page before; null for the first page.</param>
    /// <param name="count">Most checkpoints wanted.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<AuditCheckpoint>> ListCheckpointsAsync(TenantId tenant, long? before, int count, CancellationToken cancellationToken);

    /// <summary>Public keys that check the signatures of checkpoints, by version.</summary>
    IReadOnlyDictionary<int, string> PublicKeys { get; }

    /// <summary>What the last verification of a chain found; null before the first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<AuditChainVerdict?> LastVerdictAsync(TenantId tenant, CancellationToken cancellationToken);
}
