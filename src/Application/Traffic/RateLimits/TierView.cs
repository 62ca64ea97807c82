using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>A tier as the admin API shows it.</summary>
/// <param name="Id">The tier id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="IsDefault">True for the tier of keys that name none.</param>
/// <param name="Limits">The limits, in the order they are shown; none means unlimited.</param>
/// <param name="CreatedAt">UTC instant of creation.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes from 1; the entity tag.</param>
public sealed record TierView(
    RateLimitTierId Id, string Name, bool IsDefault, IReadOnlyList<RateLimit> Limits, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    /// <summary>True when every tenant sees it and only the default tenant changes it.</summary>
    public bool Shared { get; init; }

    /// <summary>The view of an aggregate.</summary>
    /// <param name="tier">The aggregate.</param>
    /// <returns>The view.</returns>
    public static TierView Of(RateLimitTier tier) =>
        new(tier.Id, tier.Name, tier.IsDefault, tier.Limits, tier.CreatedAt, tier.UpdatedAt, tier.Version) { Shared = tier.Shared };

    /// <summary>The stored form of an aggregate, as the snapshot takes it.</summary>
    /// <param name="tier">The aggregate.</param>
    /// <returns>The document.</returns>
    public static TierDocument DocumentOf(RateLimitTier tier) =>
        new(tier.Id.ToString(), tier.Name, tier.IsDefault, [.. tier.Limits.Select(l => new LimitDocument(
            l.Name, l.Limit, l.WindowSeconds, RateLimitWords.Of(l.Algorithm), RateLimitWords.Of(l.By), l.Cost, RateLimitWords.Of(l.Mode)))])
        {
            TenantId = tier.TenantId,
            Shared = tier.Shared,
        };
}
