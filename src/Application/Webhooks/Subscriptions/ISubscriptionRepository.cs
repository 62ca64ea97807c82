using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Keeps subscriptions. Changes are saved by the transaction of the command.</summary>
public interface ISubscriptionRepository
{
    /// <summary>Loads a subscription for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<Subscription?> FindAsync(SubscriptionId id, CancellationToken cancellationToken);

    /// <summary>How many there are in the tenant, and how many of a key.</summary>
    /// <param name="key">The key; null counts none for it.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<(int OfTenant, int OfKey)> CountAsync(ApiKeyId? key, CancellationToken cancellationToken);

    /// <summary>Adds a subscription.</summary>
    /// <param name="subscription">The new subscription.</param>
    void Add(Subscription subscription);

    /// <summary>Removes a subscription.</summary>
    /// <param name="subscription">A loaded subscription.</param>
    void Remove(Subscription subscription);
}

/// <summary>What a list of subscriptions is narrowed to; null members do not narrow.</summary>
/// <param name="Enabled">Whether they get anything.</param>
/// <param name="Verified">Whether their endpoints have proved themselves.</param>
/// <param name="Key">The key that bounds them.</param>
/// <param name="Consumer">Whose key that is.</param>
/// <param name="EventType">A type that they name, as such or by a wildcard.</param>
public sealed record SubscriptionFilter(bool? Enabled = null, bool? Verified = null, ApiKeyId? Key = null, ConsumerId? Consumer = null, string? EventType = null);

/// <summary>Reads pages of subscriptions.</summary>
public interface ISubscriptionList
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "url"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<Subscription>> ListAsync(SubscriptionFilter filter, ListRequest list, CancellationToken cancellationToken);
}

/// <summary>How an endpoint does, as those who deliver to it have noted.</summary>
/// <param name="FailingSince">UTC instant of the first failure since the last success; null: it is not failing.</param>
/// <param name="Failures">Failures since the last success.</param>
/// <param name="LastSuccessAt">UTC; null: none yet.</param>
/// <param name="LastFailureAt">UTC; null: none yet.</param>
/// <param name="PausedUntil">UTC instant until which nothing is sent, because it asked for patience or fails; null: not paused.</param>
public sealed record EndpointState(DateTimeOffset? FailingSince, int Failures, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt, DateTimeOffset? PausedUntil)
{
    /// <summary>Of an endpoint that nothing was sent to yet.</summary>
    public static readonly EndpointState Unknown = new(null, 0, null, null, null);
}

/// <summary>Reads how endpoints do.</summary>
public interface IEndpointStates
{
    /// <summary>The states that are known.</summary>
    /// <param name="ids">Which ones.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyDictionary<SubscriptionId, EndpointState>> ReadAsync(IReadOnlyCollection<SubscriptionId> ids, CancellationToken cancellationToken);
}
