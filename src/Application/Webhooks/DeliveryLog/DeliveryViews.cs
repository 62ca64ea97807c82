using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.DeliveryLog;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>It waits for its attempt.</summary>
    Waiting,

    /// <summary>An attempt is under way.</summary>
    Sending,

    /// <summary>The subscription is disabled.</summary>
    Held,

    /// <summary>The endpoint answered 2xx.</summary>
    Delivered,

    /// <summary>Every attempt failed.</summary>
    Failed,

    /// <summary>Not sent: the key may not get it any more, or the subscription is gone.</summary>
    Discarded,

    /// <summary>Not sent: the gateway itself failed on it.</summary>
    Quarantined,

    /// <summary>Not sent: the subscription stayed disabled for too long.</summary>
    Expired,
}

/// <summary>A delivery as the API shows it.</summary>
/// <param name="Id">The printed id; <c>X-DataHub-Delivery</c> of its attempts.</param>
/// <param name="EventId">The event; <c>webhook-id</c> of its attempts.</param>
/// <param name="EventType">Its type.</param>
/// <param name="SubscriptionId">To whom.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Trigger">What made it happen.</param>
/// <param name="ReplayNumber">0 for the first delivery of the event, then counted.</param>
/// <param name="JobId">The job that asked for it; null for none.</param>
/// <param name="Attempts">Attempts that counted.</param>
/// <param name="NextAttemptAt">UTC; null when it has ended.</param>
/// <param name="Reason">Why it waits or ended so; null: nothing to say.</param>
/// <param name="LastStatus">Status of the last attempt; null while it waits, or when there was none.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="FinishedAt">UTC; null while it waits.</param>
public sealed record DeliveryView(
    string Id, string EventId, string EventType, string SubscriptionId, DeliveryState State, DeliveryTrigger Trigger, int ReplayNumber, string? JobId, int Attempts,
    DateTimeOffset? NextAttemptAt, string? Reason, int? LastStatus, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>An attempt as the API shows it.</summary>
/// <param name="Attempt">Counted from 1; attempts that did not count have the number of the one before.</param>
/// <param name="Trigger">What made it happen.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Status">The status; null when there was none.</param>
/// <param name="Error">A sentence; null when all went well.</param>
/// <param name="Url">Host and path that were called.</param>
/// <param name="Address">The address that was connected to.</param>
/// <param name="Counted">False when it was not used up.</param>
/// <param name="Late">True when its result came after its time.</param>
/// <param name="Timings">Milliseconds by phase.</param>
/// <param name="RequestHeaders">Sent headers, secrets redacted.</param>
/// <param name="ResponseHeaders">Received headers, of a list of allowed ones.</param>
/// <param name="ResponseHead">Start of the answer as text; what is not UTF-8 is replaced.</param>
/// <param name="ResponseTruncated">True when the answer was longer.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="NextAttemptAt">UTC; null when there is none.</param>
/// <param name="NextReason">Why then.</param>
public sealed record AttemptView(
    int Attempt, DeliveryTrigger Trigger, AttemptClass Result, int? Status, string? Error, string? Url, string? Address, bool Counted, bool Late, TimingsView Timings,
    JsonElement RequestHeaders, JsonElement ResponseHeaders, string ResponseHead, bool ResponseTruncated, DateTimeOffset StartedAt, DateTimeOffset? NextAttemptAt, string? NextReason);

/// <summary>Milliseconds by phase; null for one that did not happen.</summary>
/// <param name="Dns">Name lookup.</param>
/// <param name="Connect">TCP.</param>
/// <param name="Tls">Handshake.</param>
/// <param name="FirstByte">Until the first byte.</param>
/// <param name="Total">The whole attempt.</param>
public sealed record TimingsView(double? Dns, double? Connect, double? Tls, double? FirstByte, double Total);

/// <summary>What a list of deliveries is narrowed to; null members do not narrow.</summary>
/// <param name="Subscription">To whom.</param>
/// <param name="Event">Which event.</param>
/// <param name="Type">Its type.</param>
/// <param name="State">Where they stand.</param>
/// <param name="Job">The job that asked.</param>
/// <param name="From">UTC instant, inclusive: of the end, or of making for those that wait.</param>
/// <param name="To">UTC instant, exclusive.</param>
public sealed record DeliveryFilter(SubscriptionId? Subscription, EventId? Event, string? Type, DeliveryState? State, ReplayJobId? Job, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Reads deliveries and attempts of the tenant.</summary>
public interface IDeliveryReader
{
    /// <summary>Fields that the list can be sorted by: the end, or the making for those that wait.</summary>
    static readonly string[] Sorts = ["createdAt"];

    /// <summary>Fields that attempts can be sorted by.</summary>
    static readonly string[] AttemptSorts = ["startedAt"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<DeliveryView>> ListAsync(DeliveryFilter filter, ListRequest list, CancellationToken cancellationToken);

    /// <summary>One delivery.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist, or no longer.</returns>
    Task<DeliveryView?> FindAsync(DeliveryId id, CancellationToken cancellationToken);

    /// <summary>One page of the attempts of a delivery.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<AttemptView>> ListAttemptsAsync(DeliveryId id, ListRequest list, CancellationToken cancellationToken);

    /// <summary>A stored event with its bytes, and the instant that names its partition.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist, or no longer.</returns>
    Task<(StoredEvent Event, DateTimeOffset CreatedAt)?> FindEventAsync(EventId id, CancellationToken cancellationToken);
}
