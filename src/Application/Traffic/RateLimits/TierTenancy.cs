using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>What tenants may do with tiers: those of their own everything, the shared ones of the default tenant nothing but refer to them.</summary>
internal static class TierTenancy
{
    public static void EnsureOwns(this WriteContext write, RateLimitTier tier)
    {
        if (tier.TenantId != write.Tenant && write.Actor.Kind != ActorKind.System)
        {
            throw new DomainException(RateLimitErrors.SharedTier, "This tier is shared by all tenants; make one of your own to change it.");
        }
    }

    public static void EnsureMayShare(this WriteContext write, bool shared, bool isDefault)
    {
        if ((shared || isDefault) && write.Tenant != TenantId.Default)
        {
            throw new DomainException(RateLimitErrors.SharedTier, "Only the default tenant shares tiers and names the default one.", isDefault ? "/isDefault" : "/shared");
        }
    }
}
