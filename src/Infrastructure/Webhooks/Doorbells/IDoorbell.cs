using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>Says that there is work, here and on other nodes. Never waits; may be lost, doubled or late: the queue is looked at every second anyway.</summary>
internal interface IDoorbell
{
    /// <summary>Something is due at endpoints.</summary>
    /// <param name="subscriptions">The endpoints.</param>
    /// <param name="lane">In which lane.</param>
    void Ring(IReadOnlyCollection<SubscriptionId> subscriptions, DeliveryLane lane);

    /// <summary>Events were committed and want fan-out.</summary>
    void RingFanOut();
}

/// <summary>Carries doorbells to other nodes.</summary>
internal interface IDoorbellCarrier
{
    /// <summary>Queues a message; never waits, and drops it when too many wait.</summary>
    /// <param name="message">An <see cref="EndpointsDue"/> or <see cref="FanOutDue"/>.</param>
    void Send(object message);
}

/// <summary>Something is due at endpoints. To every node: each takes those that it looks after.</summary>
/// <param name="Subscriptions">The endpoints.</param>
/// <param name="Lane">In which lane.</param>
internal sealed record EndpointsDue(IReadOnlyList<Guid> Subscriptions, DeliveryLane Lane);

/// <summary>Events want fan-out. To one node: whichever is free.</summary>
/// <param name="At">UTC instant at which it was said.</param>
internal sealed record FanOutDue(DateTimeOffset At);
