using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Webhooks.Deliveries;

/// <summary>How webhooks are delivered.</summary>
[ConfigurationSection("Webhooks")]
public sealed class DeliveryOptions
{
    /// <summary>Most attempts that this node makes at once: 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxInFlight { get; init; } = 1_000;

    /// <summary>Seconds for which a node holds a delivery without a sign of life: 5 to 600, default 60. After a crash its deliveries wait that long.</summary>
    [Range(5, 600)]
    public int LeaseSeconds { get; init; } = 60;

    /// <summary>Milliseconds between two looks for what is due, which find what no message told of: 100 to 10,000, default 1,000.</summary>
    [Range(100, 10_000)]
    public int SweepMilliseconds { get; init; } = 1_000;

    /// <summary>Deliveries that are made in one transaction when an event goes to many subscriptions: 10 to 10,000, default 1,000.</summary>
    [Range(10, 10_000)]
    public int FanOutPage { get; init; } = 1_000;

    /// <summary>Claims of a delivery without an attempt after which it is set aside: 2 to 100, default 5.</summary>
    [Range(2, 100)]
    public int MaxClaims { get; init; } = 5;

    /// <summary>Days for which events are kept, and what became of them: 1 to 90, default 30.</summary>
    [Range(1, 90)]
    public int EventRetentionDays { get; init; } = 30;

    /// <summary>Days for which attempts are kept: 1 to 90, default 30.</summary>
    [Range(1, 90)]
    public int AttemptRetentionDays { get; init; } = 30;

    /// <summary>Days for which finished jobs, which send many deliveries again, stay in their list: 1 to 90, default 30.</summary>
    [Range(1, 90)]
    public int JobRetentionDays { get; init; } = 30;

    /// <summary>Days for which deliveries wait for a disabled endpoint: 1 to 30, default 3.</summary>
    [Range(1, 30)]
    public int HeldDays { get; init; } = 3;
}
