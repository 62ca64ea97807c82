using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Contracts;

/// <summary>Puts deliveries that are sent again into the queue, in the transaction of the running command. Implemented by Deliveries.</summary>
public interface IDeliveries
{
    /// <summary>Enqueues replays: lane Replay, due at once. One that is already waiting for the same event, subscription and replay number is left alone.</summary>
    /// <param name="replays">What to send again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The ids of the deliveries that were made.</returns>
    Task<IReadOnlyList<DeliveryId>> EnqueueAsync(IReadOnlyList<Replay> replays, CancellationToken cancellationToken);

    /// <summary>An endpoint is enabled again: what waits only because it answered 410 is due, and that it failed before is forgotten.</summary>
    /// <param name="subscription">Whose endpoint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ResumeAsync(SubscriptionId subscription, CancellationToken cancellationToken);

    /// <summary>Rings the doorbells after a commit; may be lost.</summary>
    /// <param name="subscriptions">Where something waits.</param>
    void Ring(IReadOnlyCollection<SubscriptionId> subscriptions);

    /// <summary>Says that events were committed and want fan-out; may be lost.</summary>
    void RingFanOut();
}

/// <summary>An event to send again to one subscription.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Event">Which event.</param>
/// <param name="EventCreatedAt">Its <c>created_at</c>, which names its partition.</param>
/// <param name="Subscription">To whom.</param>
/// <param name="Trigger">Resend or Recover.</param>
/// <param name="Job">The job that asked; null for a single one.</param>
/// <param name="Body">What to send instead of the event's own bytes; null: those.</param>
public sealed record Replay(TenantId Tenant, EventId Event, DateTimeOffset EventCreatedAt, SubscriptionId Subscription, DeliveryTrigger Trigger, Guid? Job, byte[]? Body);
