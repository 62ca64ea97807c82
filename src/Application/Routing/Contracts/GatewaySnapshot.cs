using System.Collections.Frozen;
using DataHub.Application.Traffic.Contracts;
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

    /// <summary>The tiers by id.</summary>
    public FrozenDictionary<RateLimitTierId, CompiledTier> Tiers { get; init; } = FrozenDictionary<RateLimitTierId, CompiledTier>.Empty;

    /// <summary>The tier of keys that name none.</summary>
    public CompiledTier DefaultTier { get; init; } = CompiledTier.Unlimited;
}

/// <summary>Hands out the snapshot of the moment.</summary>
public interface IGatewaySnapshotSource
{
    /// <summary>The last good snapshot; <see cref="GatewaySnapshot.Empty"/> until one was loaded.</summary>
    GatewaySnapshot Current { get; }
}
