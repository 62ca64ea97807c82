using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Traffic.RateLimits;

/// <summary>Names one rate-limit tier.</summary>
/// <param name="Value">A UUIDv7; printed as <c>tier_</c> and 26 characters.</param>
public readonly record struct RateLimitTierId(Guid Value) : IEntityId<RateLimitTierId>
{
    /// <inheritdoc/>
    public static string Prefix => "tier";

    /// <inheritdoc/>
    public static RateLimitTierId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
