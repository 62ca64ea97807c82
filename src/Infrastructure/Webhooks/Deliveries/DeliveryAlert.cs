using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>What is told or done of an endpoint.</summary>
internal enum AlertKind
{
    None,
    Verified,
    Gone,
    Disable,
    FailingFirst,
    FailingLast,
    Recovered,
    Exhausted,
    Quarantined,
}

/// <summary>The delivery that gave reason to tell something.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="Event">Its event.</param>
/// <param name="EventType">The type of it.</param>
/// <param name="LastAttempt">What became of the last attempt, in words; empty: not known.</param>
internal sealed record AlertedDelivery(DeliveryId Id, EventId Event, string EventType, string LastAttempt)
{
    public static AlertedDelivery Of(DeliveryLease lease, AttemptReport? report) =>
        new(lease.Id, lease.Event, lease.EventType, report is null ? "" : $"{report.Class} {report.Status}");
}

/// <summary>Something to tell administrators, or to do, because of what attempts did.</summary>
/// <param name="Kind">What.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Subscription">The endpoint.</param>
/// <param name="Delivery">The delivery; null: not one alone.</param>
/// <param name="Url">The URL that was called; null: not known.</param>
internal sealed record DeliveryAlert(AlertKind Kind, TenantId Tenant, SubscriptionId Subscription, AlertedDelivery? Delivery, Uri? Url = null)
{
    /// <summary>The subject of a mail.</summary>
    public string Subject => Kind switch
    {
        AlertKind.Gone => "Webhook endpoint is gone and was disabled",
        AlertKind.Disable => "Webhook endpoint was disabled after five days without success",
        AlertKind.FailingFirst => "Webhook endpoint has been failing for 24 hours",
        AlertKind.FailingLast => "Webhook endpoint has been failing for 72 hours and will be disabled",
        AlertKind.Exhausted => "Webhook delivery failed for good",
        AlertKind.Quarantined => "Webhook delivery was set aside by the gateway",
        _ => "Webhook endpoint works again",
    };

    /// <summary>The text of a mail.</summary>
    public string Body =>
        $"""
        {Subject}.

        Subscription: {Subscription}
        Delivery: {Delivery?.Id.ToString() ?? "-"}
        Event: {Delivery?.Event.ToString() ?? "-"} ({Delivery?.EventType ?? "-"})
        Last attempt: {(Delivery is { LastAttempt.Length: > 0 } ? Delivery.LastAttempt : "-")}

        Further deliveries of this endpoint that fail within the hour are not mailed. Nothing is lost: what failed can be sent again.
        """;

    /// <summary>The data of an event. What does not apply is left out.</summary>
    /// <param name="target">The subscription; null when it was deleted.</param>
    public Dictionary<string, object> DataFor(SubscriptionTarget? target)
    {
        var data = new Dictionary<string, object>
        {
            ["subscriptionId"] = Subscription.ToString(),
            ["host"] = target?.Url.GetLeftPart(UriPartial.Authority) ?? "",
        };
        if (Kind is AlertKind.Exhausted or AlertKind.Quarantined && Delivery is { } delivery)
        {
            data["deliveryId"] = delivery.Id.ToString();
            data["eventId"] = delivery.Event.ToString();
        }

        if (Kind is AlertKind.FailingFirst or AlertKind.FailingLast)
        {
            data["hours"] = Kind == AlertKind.FailingFirst ? 24 : 72;
        }

        return data;
    }
}
