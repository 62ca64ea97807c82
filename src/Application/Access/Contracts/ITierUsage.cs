using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.Contracts;

/// <summary>Tells who refers to a tier, so that a tier in use is not deleted.</summary>
public interface ITierUsage
{
    /// <summary>Counts consumers and keys that name the tier; revoked keys do not count.</summary>
    /// <param name="tierId">The tier.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<int> CountAsync(RateLimitTierId tierId, CancellationToken cancellationToken);
}
