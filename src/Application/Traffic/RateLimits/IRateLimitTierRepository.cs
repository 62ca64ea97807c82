using DataHub.Application.Abstractions;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Keeps the tiers.</summary>
public interface IRateLimitTierRepository
{
    /// <summary>Finds a tier.</summary>
    /// <param name="id">The tier id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    Task<RateLimitTier?> FindAsync(RateLimitTierId id, CancellationToken cancellationToken);

    /// <summary>Takes the default mark from the tier that has it, so that another one can have it in the same transaction.</summary>
    /// <param name="now">UTC instant of the request.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task TakeDefaultMarkAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Whether a name is taken by another tier.</summary>
    /// <param name="name">The name.</param>
    /// <param name="except">The tier that may have it.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<bool> IsNameTakenAsync(string name, RateLimitTierId except, CancellationToken cancellationToken);

    /// <summary>Adds a new tier; saved with the transaction.</summary>
    /// <param name="tier">The tier.</param>
    void Add(RateLimitTier tier);

    /// <summary>Removes a tier; saved with the transaction.</summary>
    /// <param name="tier">The tier.</param>
    void Remove(RateLimitTier tier);
}

/// <summary>Reads tiers for the admin API.</summary>
public interface IRateLimitTierQueries
{
    /// <summary>One page of the tiers.</summary>
    /// <param name="request">Sorted by <c>createdAt</c> or <c>name</c>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<TierView>> ListAsync(ListRequest request, CancellationToken cancellationToken);
}
