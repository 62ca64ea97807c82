using System.Collections.Frozen;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Routing.Contracts;

/// <summary>Everything the request path decides over, compiled and validated whole. Immutable; replaced by one reference write.</summary>
public sealed class GatewaySnapshot
{
    /// <summary>Before anything was loaded: no route, no tier; the node is not ready.</summary>
    public static readonly GatewaySnapshot Empty = new();

    /// <summary>The configuration epoch it was loaded at; rises with every committed change.</summary>
    public long Epoch { get; init; }

    /// <summary>SHA-256 over the content, hexadecimal: equal on nodes that serve the same configuration.</summary>
    public string Hash { get; init; } = "";

    /// <summary>False only for <see cref="Empty"/>.</summary>
    public bool Loaded { get; init; }

    /// <summary>The routes by printed id.</summary>
    public FrozenDictionary<string, CompiledRoute> Routes { get; init; } = FrozenDictionary<string, CompiledRoute>.Empty;

    /// <summary>The upstreams by printed id.</summary>
    public FrozenDictionary<string, CompiledUpstream> Upstreams { get; init; } = FrozenDictionary<string, CompiledUpstream>.Empty;

    /// <summary>The tiers by id.</summary>
    public FrozenDictionary<RateLimitTierId, CompiledTier> Tiers { get; init; } = FrozenDictionary<RateLimitTierId, CompiledTier>.Empty;

    /// <summary>The tier of keys that name none.</summary>
    public CompiledTier DefaultTier { get; init; } = CompiledTier.Unlimited;

    /// <summary>The tenants.</summary>
    public FrozenSet<TenantId> Tenants { get; init; } = FrozenSet<TenantId>.Empty;

    /// <summary>Who owns which host.</summary>
    public TenantHosts TenantHosts { get; init; } = TenantHosts.None;

    /// <summary>What it was compiled from.</summary>
    public RoutingDocument Document { get; init; } = RoutingDocument.Empty;
}

/// <summary>Hands out the snapshot of the moment.</summary>
public interface IGatewaySnapshotSource
{
    /// <summary>The last good snapshot; <see cref="GatewaySnapshot.Empty"/> until one was loaded.</summary>
    GatewaySnapshot Current { get; }

    /// <summary>Takes what was committed since, if anything; for a request that names something the snapshot does not hold yet.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completes when <see cref="Current"/> is up to date, or the database is away.</returns>
    Task CatchUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Puts a new snapshot into effect before it becomes the current one.</summary>
public interface ISnapshotListener
{
    /// <summary>Takes a snapshot. Returns when requests are decided by it, or after a bounded wait.</summary>
    /// <param name="snapshot">A valid snapshot.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when it is in effect; else why it cannot be used, and the one before stays.</returns>
    Task<string?> ApplyAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken);
}
