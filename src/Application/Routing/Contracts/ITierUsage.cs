using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Routing.Contracts;

/// <summary>Tells which routes refer to a tier, so that one in use is not deleted.</summary>
public interface ITierUsage
{
    /// <summary>
    /// The users of a tier. Call it inside the command's transaction: it takes the lock of the configuration first, so that no route
    /// can begin to refer to the tier before the commit.
    /// </summary>
    /// <param name="tierId">The tier.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>One phrase a user, such as <c>route 'orders' of API 'shop'</c>; empty for none.</returns>
    Task<IReadOnlyList<string>> WhoUsesAsync(RateLimitTierId tierId, CancellationToken cancellationToken);
}
