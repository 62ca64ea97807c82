using System.Diagnostics.Metrics;
using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Traffic.RateLimits;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>A wall clock that is wrong by a fixed amount; its timestamps are right.</summary>
internal sealed class SkewedClock(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
}

/// <summary>The limiter of one gateway node, as the container puts it together.</summary>
internal sealed class LimiterNode : IAsyncDisposable
{
    private readonly RedisNode _redis;
    private readonly NodeRegistry _nodes;

    private LimiterNode(RedisNode redis, RateLimitOptions options, TimeSpan skew)
    {
        _redis = redis;
        Memory = new MemoryCounterStore(new CounterClock(new SkewedClock(skew)), 100_000);
        var kept = new SnapshotFile(Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString("N"), "nodes"));
        Census = new NodeCensus(Guid.CreateVersion7(), kept, TimeProvider.System);
        _nodes = new NodeRegistry(redis.Connection, Census, TimeProvider.System);
        Shared = new SharedCounters(redis.Connection, Memory, _nodes, redis.Meter, options, redis.Script(null));
        Policy = new RateLimitPolicy(new CounterStores(Memory, Shared), options.OnStoreFailure, Tallies);
    }

    public RedisNode Redis => _redis;

    public RateLimitTallies Tallies { get; } = new();

    public MemoryCounterStore Memory { get; }

    public SharedCounters Shared { get; }

    public IRateLimitPolicy Policy { get; }

    public NodeCensus Census { get; }

    public int KnownNodes => Census.Standing.Nodes;

    /// <summary>True once an outage has lasted so long that the whole share may be used.</summary>
    public bool ShareIsOpen => Shared.Share.Opened >= 1;

    public static async Task<LimiterNode> StartAsync(RateLimitCounting mode, string prefix, TimeSpan skew = default, string? address = null, int timeoutMilliseconds = 5_000, StoreFailureAnswer onStoreFailure = StoreFailureAnswer.Local)
    {
        var redis = RedisNode.Create(address, timeoutMilliseconds, prefix);
        var node = new LimiterNode(redis, new RateLimitOptions { Mode = mode, OnStoreFailure = onStoreFailure }, skew);
        await redis.Connection.StartAsync(CancellationToken.None);
        await node._nodes.StartAsync(CancellationToken.None);
        await node.Shared.StartAsync(CancellationToken.None);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Shared.StopAsync(CancellationToken.None);
        await _nodes.StopAsync(CancellationToken.None);
        await _redis.DisposeAsync();
    }
}
