using System.Text.Json.Serialization;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Events;

/// <summary>The types of the events about webhooks themselves. A type is never renamed.</summary>
public static class WebhookEvents
{
    /// <summary>A test of an endpoint; never stored.</summary>
    public const string Ping = "datahub.ping";

    /// <summary>A subscription gets nothing any more.</summary>
    public const string EndpointDisabled = "webhook.endpoint.disabled";

    /// <summary>Nothing succeeded at an endpoint for some time.</summary>
    public const string EndpointFailing = "webhook.endpoint.failing";

    /// <summary>Every attempt of a delivery failed.</summary>
    public const string DeliveryExhausted = "webhook.delivery.exhausted";

    /// <summary>The gateway itself failed on a delivery again and again, and set it aside.</summary>
    public const string DeliveryQuarantined = "webhook.delivery.quarantined";

    /// <summary>An endpoint that was warned of works again.</summary>
    public const string EndpointRecovered = "webhook.endpoint.recovered";
}

/// <summary>The data of an event about an endpoint. What does not apply is left out.</summary>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="Host">Scheme, host and port of its URL.</param>
public sealed record EndpointEventData(string SubscriptionId, string Host)
{
    /// <summary>Why it was disabled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DisabledReason? Reason { get; init; }

    /// <summary>What every event says of an endpoint.</summary>
    /// <param name="subscription">The subscription.</param>
    public static EndpointEventData Of(Subscription subscription) => new(subscription.Id.ToString(), subscription.Definition.Origin);
}
