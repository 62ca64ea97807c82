using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>The shared counts of this node, exact or leased as configured, and the work around them: giving leases back, settling after an outage.</summary>
internal sealed class SharedCounters : BackgroundService, ISharedCounters
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(1);

    private readonly ICounterStore _store;
    private readonly LeasedCounterStore? _leased;
    private readonly NodeRegistry _nodes;
    private readonly CounterReconciler _reconciler;
    private readonly IRedisConnection _connection;
    private readonly TimeProvider _clock;

    public SharedCounters(
        IRedisConnection connection, MemoryCounterStore memory, NodeRegistry nodes, RateLimitMeter meter, IOptions<RateLimitOptions> options)
        : this(connection, memory, nodes, meter, options.Value, new RedisLimitScript(connection, memory.Clock.Provider, meter))
    {
    }

    internal SharedCounters(
        IRedisConnection connection, MemoryCounterStore memory, NodeRegistry nodes, RateLimitMeter meter, RateLimitOptions options, RedisLimitScript script)
    {
        (_connection, _nodes, _clock) = (connection, nodes, memory.Clock.Provider);
        var mirror = new CounterMirror(memory, memory.Clock);
        var exact = new RedisCounterStore(script, mirror);
        _leased = options.Mode == RateLimitCounting.Exact
            ? null : new LeasedCounterStore(script, exact, mirror, memory.Clock, () => nodes.Standing.Nodes, options);
        _store = (ICounterStore?)_leased ?? exact;
        meter.WatchStore(() => !connection.IsAvailable, () => nodes.Standing.Nodes);
        _reconciler = new CounterReconciler(memory, script, connection, nodes);
        connection.OnRecovery(_reconciler.RunAsync);
    }

    public NodeShare Share
    {
        get
        {
            var standing = _nodes.Standing;
            return new NodeShare(standing.Nodes, standing.Rank, Math.Min(1, _connection.AwayFor / Opening));
        }
    }

    public ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken) =>
        _store.DecideAsync(evaluation, cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_leased is not null)
        {
            await Task.WhenAny(_leased.GiveBackAllAsync(), Task.Delay(LastCall, _clock, CancellationToken.None));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await _reconciler.TellOwedAsync(stoppingToken);
                if (_leased is not null)
                {
                    await _leased.GiveBackIdleAsync();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
