using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>What may be subscribed to, and how many endpoints there may be.</summary>
[ConfigurationSection("Webhooks")]
public sealed class SubscriptionsOptions
{
    /// <summary>True: endpoints may be plain http too. Default false: https only. Where they may lead is another setting.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Most subscriptions of a tenant: 1 to 1,000,000, default 50,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxSubscriptions { get; init; } = 50_000;

    /// <summary>Most subscriptions that the holder of one key may make: 0 to 10,000, default 20; 0 closes self-service.</summary>
    [Range(0, 10_000)]
    public int MaxSubscriptionsPerKey { get; init; } = 20;

    /// <summary>Tests of endpoints a minute and identity on each node: 1 to 10,000, default 10.</summary>
    [Range(1, 10_000)]
    public int TestsPerMinute { get; init; } = 10;
}
