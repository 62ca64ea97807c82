using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;

namespace DataHub.Application.Webhooks.Contracts;

/// <summary>Makes one signed HTTP attempt. Never throws for what an endpoint does; only when it is cancelled. Implemented by Sending.</summary>
public interface IWebhookSender
{
    /// <summary>Sends.</summary>
    /// <param name="target">Where to, and how.</param>
    /// <param name="message">What.</param>
    /// <param name="cancellationToken">The process stops or the lease is lost: the attempt is given up and not counted.</param>
    Task<AttemptReport> SendAsync(SubscriptionTarget target, WebhookMessage message, CancellationToken cancellationToken);
}

/// <summary>What is sent.</summary>
/// <param name="EventId">Becomes <c>webhook-id</c>.</param>
/// <param name="EventType">Becomes <c>X-DataHub-Event</c>.</param>
/// <param name="DeliveryId">Becomes <c>X-DataHub-Delivery</c>.</param>
/// <param name="Attempt">From 1; becomes <c>X-DataHub-Attempt</c>.</param>
/// <param name="Body">The exact bytes.</param>
public sealed record WebhookMessage(EventId EventId, string EventType, DeliveryId DeliveryId, int Attempt, ReadOnlyMemory<byte> Body);

/// <summary>What came of an attempt; all of it may be kept and shown to holders of the subscription.</summary>
public sealed record AttemptReport
{
    /// <summary>What became of it.</summary>
    public required AttemptClass Class { get; init; }

    /// <summary>UTC instant of its start.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The status; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>A sentence for people, without secrets and without what only a port scanner would want to know.</summary>
    public string? Error { get; init; }

    /// <summary>The address that was connected to; null when none was.</summary>
    public string? Address { get; init; }

    /// <summary>Name lookup, connection, TLS, first byte, whole attempt; milliseconds, null for a phase that did not happen.</summary>
    public required AttemptTimings Timings { get; init; }

    /// <summary>Sent headers as JSON object, secrets redacted.</summary>
    public string RequestHeaders { get; init; } = "{}";

    /// <summary>Received headers as JSON object, from an allow-list, bounded.</summary>
    public string ResponseHeaders { get; init; } = "{}";

    /// <summary>First 16 KiB of the answer.</summary>
    public byte[] ResponseHead { get; init; } = [];

    /// <summary>True when the answer was longer, or stopped before its end.</summary>
    public bool ResponseTruncated { get; init; }

    /// <summary>Retry-After as a wait from now, clamped to 0 to 24 h; null when there was none or it made no sense.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Milliseconds by phase.</summary>
/// <param name="Dns">Name lookup.</param>
/// <param name="Connect">TCP.</param>
/// <param name="Tls">Handshake.</param>
/// <param name="FirstByte">From the request's end to the first byte.</param>
/// <param name="Total">The whole attempt.</param>
public readonly record struct AttemptTimings(double? Dns, double? Connect, double? Tls, double? FirstByte, double Total);
