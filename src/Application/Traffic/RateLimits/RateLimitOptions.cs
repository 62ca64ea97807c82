using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Where the limits are counted, and what happens when that place is away.</summary>
[ConfigurationSection("RateLimits")]
public sealed class RateLimitOptions
{
    /// <summary>
    /// <c>auto</c> (default): leased with Redis, local without. <c>local</c>: every node counts alone. <c>exact</c>: one Redis call for each
    /// request. <c>leased</c>: nodes take small leases from the shared counts ahead of need and spend them from memory.
    /// </summary>
    [EnumDataType(typeof(RateLimitCounting))]
    public RateLimitCounting Mode { get; init; } = RateLimitCounting.Auto;

    /// <summary>
    /// While Redis is away: <c>local</c> (default): limit ÷ known nodes on each node. <c>allow</c>: no limits. <c>deny</c>: every limited
    /// request is refused.
    /// </summary>
    [EnumDataType(typeof(StoreFailureAnswer))]
    public StoreFailureAnswer OnStoreFailure { get; init; } = StoreFailureAnswer.Local;

    /// <summary>Counters kept in memory, 1,000 to 10,000,000, default 200,000 (about 250 bytes each). Beyond it the longest unused go.</summary>
    [Range(1_000, 10_000_000)]
    public int MaxCounters { get; init; } = 200_000;

    /// <summary>Most requests that one lease can cover, 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int MaxLeaseRequests { get; init; } = 500;
}

/// <summary>Where the limits are counted.</summary>
public enum RateLimitCounting
{
    /// <summary>Leased with Redis, local without.</summary>
    Auto = 0,

    /// <summary>Every node counts alone, in memory.</summary>
    Local = 1,

    /// <summary>One Redis call for each request.</summary>
    Exact = 2,

    /// <summary>Small leases from the shared counts, spent from memory.</summary>
    Leased = 3,
}

/// <summary>What a limited request gets while the shared counts are away.</summary>
public enum StoreFailureAnswer
{
    /// <summary>The node's share decides.</summary>
    Local = 0,

    /// <summary>It passes.</summary>
    Allow = 1,

    /// <summary>It is refused.</summary>
    Deny = 2,
}
