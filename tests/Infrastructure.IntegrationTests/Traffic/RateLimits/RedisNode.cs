using System.Diagnostics.Metrics;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Redis;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>A node's connection to Redis, started.</summary>
internal sealed class RedisNode : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConnectionMultiplexer? _direct;

    private RedisNode(RedisConnection connection, ConnectionMultiplexer? direct, string prefix)
    {
        (Connection, _direct, Prefix) = (connection, direct, prefix);
        Meter = new RateLimitMeter(_services.GetRequiredService<IMeterFactory>(), new RateLimitTallies());
    }

    public RedisConnection Connection { get; }

    public RateLimitMeter Meter { get; }

    public string Prefix { get; }

    /// <summary>A direct way to the same server, past the code under test.</summary>
    public IDatabase Database => _direct!.GetDatabase();

    public static RedisNode Create(string? address = null, int timeoutMilliseconds = 5_000, string? prefix = null, ConnectionMultiplexer? direct = null)
    {
        prefix ??= NewPrefix();
        var options = Options.Create(new RedisOptions { ConnectionString = address ?? TestServers.Redis, TimeoutMilliseconds = timeoutMilliseconds, KeyPrefix = prefix });
        return new RedisNode(new RedisConnection(options, TimeProvider.System, NullLogger<RedisConnection>.Instance), direct, prefix);
    }

    public static async Task<RedisNode> ConnectAsync(string? address = null)
    {
        var node = Create(address, direct: await ConnectionMultiplexer.ConnectAsync((address ?? TestServers.Redis) + ",allowAdmin=true"));
        await node.Connection.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => node.Connection.IsAvailable, "Redis is there");
        return node;
    }

    public static string NewPrefix() => $"t{Guid.CreateVersion7():N}"[..24] + ":";

    public RedisLimitScript Script(Func<long>? storeClock) => new(Connection, TimeProvider.System, Meter, storeClock);

    public async ValueTask DisposeAsync()
    {
        await Connection.StopAsync(CancellationToken.None);
        Connection.Dispose();
        _direct?.Dispose();
        await _services.DisposeAsync();
    }
}
