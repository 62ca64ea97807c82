using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>A delivery that this node holds: nobody else sends it until the lease has run out.</summary>
internal sealed class DeliveryLease
{
    public required DeliveryId Id { get; init; }

    /// <summary>Every write carries it; a newer claim has a higher one.</summary>
    public required long Token { get; init; }

    public required EventId Event { get; init; }

    public required DateTimeOffset EventCreatedAt { get; init; }

    public required string EventType { get; init; }

    public required TenantId Tenant { get; init; }

    public required SubscriptionId Subscription { get; init; }

    public required DeliveryLane Lane { get; init; }

    public required DeliveryTrigger Trigger { get; init; }

    /// <summary>Attempts that counted.</summary>
    public required int Attempt { get; init; }

    /// <summary>Claims since an attempt was recorded, this one included.</summary>
    public required int Claims { get; init; }

    /// <summary>Time since it was enqueued, by the database's clock at the claim.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>Time since the first of its last attempts that are not used up, likewise; zero: the last one was used up, or there is none.</summary>
    public required TimeSpan Uncounted { get; init; }

    /// <summary>The bytes to send; null when retention took the event away.</summary>
    public required byte[]? Body { get; init; }

    /// <summary>When the lease ends at the earliest, in ticks of the process's monotonic clock.</summary>
    public long EndsAt { get; set; }
}

/// <summary>Deliveries of one endpoint and lane to claim.</summary>
/// <param name="Subscription">The endpoint.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Most">Most deliveries. From 1.</param>
/// <param name="Room">Most that may be under way for the endpoint on all nodes, less what the same claim asks for in other lanes.</param>
internal readonly record struct ClaimRequest(SubscriptionId Subscription, DeliveryLane Lane, int Most, int Room);

/// <summary>The first waiting delivery of an endpoint's lane.</summary>
/// <param name="Subscription">The endpoint.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Overdue">Time since it was due.</param>
internal readonly record struct DueHead(SubscriptionId Subscription, DeliveryLane Lane, TimeSpan Overdue);
