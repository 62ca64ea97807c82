using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Replays;

/// <summary>What a job sends again.</summary>
/// <param name="Kind">What has ended, or what was missed.</param>
/// <param name="Subscription">To whom; null (of what has ended only): to all of the tenant.</param>
/// <param name="EventType">Of which type; null: of all.</param>
/// <param name="Outcomes">How it ended.</param>
/// <param name="Since">UTC instant, inclusive: of the end; of missed ones of storing the event.</param>
/// <param name="Until">UTC instant, exclusive.</param>
public sealed record ReplayOrder(ReplayKind Kind, SubscriptionId? Subscription, string? EventType, IReadOnlyList<DeliveryOutcome> Outcomes, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>A job as the API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Kind">What it sends again.</param>
/// <param name="SubscriptionId">To whom; null: to all.</param>
/// <param name="EventType">Of which type; null: of all.</param>
/// <param name="Outcomes">How it ended.</param>
/// <param name="Since">From when.</param>
/// <param name="Until">Until when.</param>
/// <param name="State">How far.</param>
/// <param name="Total">What there is to look at; 0 until it was counted.</param>
/// <param name="Done">What was looked at.</param>
/// <param name="Enqueued">Deliveries that were made.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="RatePerSecond">Looked at in a second; null until it runs.</param>
/// <param name="SecondsLeft">Time left at that rate; null when it is not known.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="CreatedBy">Who asked for it.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="StartedAt">UTC; null until it runs.</param>
/// <param name="FinishedAt">UTC; null until it has ended.</param>
public sealed record ReplayJobView(
    string Id, ReplayKind Kind, string? SubscriptionId, string? EventType, IReadOnlyList<DeliveryOutcome> Outcomes, DateTimeOffset Since, DateTimeOffset Until, ReplayState State, long Total, long Done,
    long Enqueued, double Percent, double? RatePerSecond, double? SecondsLeft, string? Error, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>Keeps jobs. They run in the background, page by page, on whatever node comes first.</summary>
public interface IReplayJobs
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt"];

    /// <summary>Adds a job, in the transaction of the command.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="order">What it does.</param>
    /// <param name="createdBy">Who asks for it.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task AddAsync(ReplayJobId id, ReplayOrder order, string createdBy, CancellationToken cancellationToken);

    /// <summary>Ends a job that has not ended, in the transaction of the command.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <returns>False when it has ended.</returns>
    Task<bool> CancelAsync(ReplayJobId id, CancellationToken cancellationToken);

    /// <summary>One job of the tenant.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<ReplayJobView?> FindAsync(ReplayJobId id, CancellationToken cancellationToken);

    /// <summary>One page.</summary>
    /// <param name="state">How far they are; null: all.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<ReplayJobView>> ListAsync(ReplayState? state, ListRequest list, CancellationToken cancellationToken);
}

/// <summary>What a subscription would get of an event now; for what is sent again.</summary>
public interface IReplayContent
{
    /// <summary>Asks.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="stored">The event.</param>
    /// <param name="wanted">True: only when its types and its filter take the event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when it may not have it (any more), or does not want it.</returns>
    ValueTask<SubscriptionMatch?> PrepareAsync(SubscriptionId id, StoredEvent stored, bool wanted, CancellationToken cancellationToken);
}
