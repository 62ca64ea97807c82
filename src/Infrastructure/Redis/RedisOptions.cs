using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Redis;

/// <summary>The Redis that nodes share counters and caches through. Without a connection string every node keeps to itself.</summary>
[ConfigurationSection("Redis")]
internal sealed class RedisOptions
{
    /// <summary><c>host:port</c>, several by commas, with options such as <c>,password=…,ssl=true</c>; empty (default) for none.</summary>
    [SecretSetting]
    public string ConnectionString { get; init; } = "";

    /// <summary>Longest time that a request waits for one call, 1 to 1,000 milliseconds, default 40. After one that took longer the node decides alone until Redis answers again.</summary>
    [Range(1, 1_000)]
    public int TimeoutMilliseconds { get; init; } = 40;

    /// <summary>In front of every key, at most 32 of letters, digits and <c>: - _ .</c>, default <c>dh:</c>. Installations that share a Redis need different ones.</summary>
    [RegularExpression("^[A-Za-z0-9:._-]{0,32}$")]
    public string KeyPrefix { get; init; } = "dh:";
}
