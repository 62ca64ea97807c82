using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Redis;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

public class RedisSharedCacheTests
{
    private const string Name = "key:00";

    [Test]
    public async Task SetGetRemove_Value_IsSharedAndEnds()
    {
        using var redis = await ConnectAsync(TestServers.Redis);
        await Eventually.TrueAsync(() => redis.IsAvailable, "Redis is there");
        var cache = new RedisSharedCache(redis);

        (await cache.GetAsync(Name, CancellationToken.None)).Should().BeNull();
        await cache.SetAsync(Name, [1, 0, 2], TimeSpan.FromSeconds(30), CancellationToken.None);

        (await cache.GetAsync(Name, CancellationToken.None)).Should().Equal(1, 0, 2);
        var left = await redis.CallAsync(redis.KeyPrefix + Name, static (database, name) => database.KeyTimeToLiveAsync(name));
        left.Value.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        await cache.RemoveAsync(Name, CancellationToken.None);
        (await cache.GetAsync(Name, CancellationToken.None)).Should().BeNull();
        await redis.StopAsync(CancellationToken.None);
    }

    [TestCase("")]
    [TestCase("127.0.0.1:1")]
    public async Task AnyCall_RedisNotThere_IsAMiss(string address)
    {
        using var redis = await ConnectAsync(address);
        var cache = new RedisSharedCache(redis);

        await cache.SetAsync(Name, [1], TimeSpan.FromSeconds(30), CancellationToken.None);
        await cache.RemoveAsync(Name, CancellationToken.None);
        (await cache.GetAsync(Name, CancellationToken.None)).Should().BeNull();
        await redis.StopAsync(CancellationToken.None);
    }

    private static async Task<RedisConnection> ConnectAsync(string address)
    {
        var options = Options.Create(new RedisOptions { ConnectionString = address, TimeoutMilliseconds = 5_000, KeyPrefix = $"t{Guid.CreateVersion7():N}"[..24] + ":" });
        var connection = new RedisConnection(options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        await connection.StartAsync(CancellationToken.None);
        return connection;
    }
}
