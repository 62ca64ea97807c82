using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Keeps keys. Changes are saved by the transaction of the command.</summary>
public interface IApiKeyRepository
{
    /// <summary>Loads a key for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<ApiKey?> FindAsync(ApiKeyId id, CancellationToken cancellationToken);

    /// <summary>Loads all keys of a consumer for change.</summary>
    /// <param name="consumerId">The consumer.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<ApiKey>> FindOfConsumerAsync(ConsumerId consumerId, CancellationToken cancellationToken);

    /// <summary>Loads the keys that have a secret with a readable start, newest first.</summary>
    /// <param name="prefix">Such as <c>dh_live_9fK2</c>.</param>
    /// <param name="limit">Most keys.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<ApiKey>> FindBySecretPrefixAsync(string prefix, int limit, CancellationToken cancellationToken);

    /// <summary>Adds a key.</summary>
    /// <param name="key">The new key.</param>
    void Add(ApiKey key);

    /// <summary>Removes a key with its secrets.</summary>
    /// <param name="key">A loaded key.</param>
    void Remove(ApiKey key);
}

/// <summary>What a list of keys is narrowed to; null members do not narrow.</summary>
/// <param name="Status">As it stands now.</param>
/// <param name="ConsumerId">Whose keys.</param>
/// <param name="TierId">The key's own tier.</param>
/// <param name="Environment">What they are for.</param>
/// <param name="Segment">Segment of their consumers.</param>
/// <param name="Health">What is worth looking at about them.</param>
public sealed record ApiKeyFilter(
    KeyStatus? Status, ConsumerId? ConsumerId, RateLimitTierId? TierId, KeyEnvironment? Environment, ConsumerSegment? Segment, KeyHealthCode? Health = null);

/// <summary>Reads pages of keys.</summary>
public interface IApiKeyList
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "name", "lastUsedAt", "expiresAt"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="now">UTC instant, for the status.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<ApiKeyDocument>> ListAsync(ApiKeyFilter filter, ListRequest list, DateTimeOffset now, CancellationToken cancellationToken);
}
