using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Contracts;

/// <summary>What fan-out and dispatch ask of the subscriptions. Answers from memory; follows changes within a second. Implemented by Subscriptions.</summary>
public interface ISubscriptionDirectory
{
    /// <summary>One subscription, as it is now.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the wait when it has to be read.</param>
    /// <returns>Null when there is none (any more).</returns>
    ValueTask<SubscriptionTarget?> FindAsync(SubscriptionId id, CancellationToken cancellationToken);

    /// <summary>
    /// Those of a tenant that want an event: type, payload filter and scope hold; disabled ones included. In the order of their ids.
    /// The directory is at least as new as <paramref name="atLeast"/> says, so that a subscription made before an event gets it.
    /// </summary>
    /// <param name="stored">The event.</param>
    /// <param name="after">Only ids above this one; default: from the start.</param>
    /// <param name="limit">Most matches.</param>
    /// <param name="atLeast">Number of the newest committed change of subscriptions that must be known, as <c>webhooks.subscription_changes</c> numbers them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<SubscriptionMatch>> MatchAsync(StoredEvent stored, SubscriptionId after, int limit, long atLeast, CancellationToken cancellationToken);

    /// <summary>Whether a subscription may still get a type: its key lives and its scopes cover it. Asked again before every attempt and on replay.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="type">The type of the event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<bool> MayReceiveAsync(SubscriptionId id, string type, CancellationToken cancellationToken);
}

/// <summary>A subscription that wants an event.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Body">What it gets instead of the event's own bytes (thin, mapped); null: the event's own bytes.</param>
/// <param name="MappingError">Why the mapping failed; null when it did not. Such a delivery is quarantined, and administrators are told.</param>
/// <param name="Refused">Its key was revoked or its scopes no longer cover the type: the delivery is discarded, and that is logged.</param>
public readonly record struct SubscriptionMatch(SubscriptionId Id, byte[]? Body, string? MappingError, bool Refused = false);

/// <summary>What the engine tells of an endpoint; kept by Subscriptions (status, verification) and shown in its document. Implemented by Subscriptions.</summary>
public interface ISubscriptionStatus
{
    /// <summary>The first 2xx of a URL: the endpoint is verified, unless its URL has changed meanwhile.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="url">The URL that answered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task VerifiedAsync(SubscriptionId id, Uri url, CancellationToken cancellationToken);

    /// <summary>Disables it (audited; event <c>webhook.endpoint.disabled</c>), unless its URL has changed meanwhile.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="url">The URL that gave reason to.</param>
    /// <param name="reason">Gone or Failing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when it was enabled until now: many attempts may find the same, and it is told once.</returns>
    Task<bool> DisableAsync(SubscriptionId id, Uri url, DisabledReason reason, CancellationToken cancellationToken);
}
