using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Redis;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;
using StackExchange.Redis;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>What a node tells a Redis that is back, on one server and on three masters.</summary>
[TestFixture(false)]
[TestFixture(true)]
public class CounterReconcilerTests(bool cluster)
{
    private PrivateRedisCluster? _cluster;
    private PrivateRedis? _single;
    private RedisNode _redis = null!;
    private MemoryCounterStore _memory = null!;
    private CountingConnection _connection = null!;
    private CounterReconciler _reconciler = null!;

    [OneTimeSetUp]
    public async Task StartServersAsync()
    {
        _cluster = cluster ? await PrivateRedisCluster.StartAsync() : null;
        _single = cluster ? null : await PrivateRedis.StartAsync();
    }

    [OneTimeTearDown]
    public void StopServers()
    {
        _cluster?.Dispose();
        _single?.Dispose();
    }

    [SetUp]
    public async Task ConnectAsync()
    {
        await WindowEnd.AvoidAsync(86_400);
        _redis = await RedisNode.ConnectAsync(_cluster?.Addresses ?? _single!.Address);
        _memory = new MemoryCounterStore(new CounterClock(TimeProvider.System), 100_000);
        _connection = new CountingConnection(_redis.Connection);
        var kept = new SnapshotFile(Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString("N"), "nodes"));
        var nodes = new NodeRegistry(_connection, new NodeCensus(Guid.CreateVersion7(), kept, TimeProvider.System), TimeProvider.System);
        _reconciler = new CounterReconciler(_memory, _redis.Script(null), _connection, nodes);
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        await _redis.DisposeAsync();
        _memory.Dispose();
    }

    // A list where one counter should be: the script fails there, and whatever comes after it is not told.
    [Test]
    public async Task Run_FailsAfterALoss_TellsAllOfItOnceAtTheNextTry()
    {
        await _reconciler.RunAsync(_redis.Database, CancellationToken.None);
        var requests = Requests(300).ToList();
        foreach (var request in requests)
        {
            Learn(request, 50);
            _memory.Decide(request, new NodeShare(2, 0, 1)).Should().Be(CounterVerdict.Allowed);
        }

        await LoseAsync();
        var blocked = _redis.Script(null).KeyOf(RedisCounterStore.KeysOf(requests[150])[0]);
        await _redis.Database.ListLeftPushAsync(blocked, "no counter");
        await FluentActions.Awaiting(() => _reconciler.RunAsync(_redis.Database, CancellationToken.None)).Should().ThrowAsync<RedisServerException>();
        await _redis.Database.KeyDeleteAsync(blocked);

        await _reconciler.RunAsync(_redis.Database, CancellationToken.None);

        foreach (var request in requests)
        {
            (await CountAsync(request)).Should().Be(51, "50 were known and one was admitted alone");
        }
    }

    [Test]
    public async Task Run_MoreThan50000Counters_TellsAllOfThem([Values] bool lost)
    {
        const int Counters = 60_000;
        await _reconciler.RunAsync(_redis.Database, CancellationToken.None);
        foreach (var request in Requests(Counters))
        {
            if (lost)
            {
                Learn(request, 50);
            }
            else
            {
                _memory.Decide(request, NodeShare.Whole);
            }
        }

        if (lost)
        {
            await LoseAsync();
        }

        await _reconciler.RunAsync(_redis.Database, CancellationToken.None);

        _memory.Table.All.Should().NotContain(cell => cell.Owes);
        (await KeysAsync()).Count(key => !key.EndsWith(":known", StringComparison.Ordinal)).Should().Be(Counters);
    }

    // One call for all of them would outlast the time that a call may take, and Redis would be held to be away.
    [Test]
    public async Task TellOwed_ManyCounters_IsACallForEachBatch()
    {
        foreach (var request in Requests(300))
        {
            _memory.Decide(request, NodeShare.Whole);
        }

        await _reconciler.TellOwedAsync(CancellationToken.None);

        _memory.Table.All.Should().NotContain(cell => cell.Owes);
        _connection.Calls.Should().Be(3);
    }

    private static IEnumerable<RateLimitEvaluation> Requests(int count)
    {
        var tier = LimitBuilder.Tier(new LimitBuilder { Limit = 1_000, WindowSeconds = 86_400 });
        return Enumerable.Range(0, count).Select(_ => LimitBuilder.Request(tier));
    }

    private void Learn(RateLimitEvaluation request, double units)
    {
        var (limit, now) = (request.Tier.Compiled[0], _memory.Clock.NowMicros);
        _memory.Learn(limit, RedisCounterStore.KeysOf(request)[0], new CounterState { At = now / limit.WindowMicros, Current = units }, now, own: 0);
    }

    // What a node goes by is gone; nothing else was written yet.
    private Task LoseAsync() => _redis.Database.KeyDeleteAsync(_redis.Prefix + "rl:incarnation");

    private async Task<double> CountAsync(RateLimitEvaluation request) =>
        (await _redis.Script(null).CallAsync(request.Tier, RedisCounterStore.KeysOf(request), default, []))!.States[0].Current;

    private async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        foreach (var server in _cluster?.Servers ?? [_single!])
        {
            keys.AddRange(await server.KeysAsync(_redis.Prefix + "rl:{k*"));
        }

        return keys;
    }

    private sealed class CountingConnection(IRedisConnection inner) : IRedisConnection
    {
        public int Calls { get; private set; }

        public bool IsConfigured => inner.IsConfigured;

        public bool IsAvailable => inner.IsAvailable;

        public TimeSpan AwayFor => inner.AwayFor;

        public bool IsCluster => inner.IsCluster;

        public string KeyPrefix => inner.KeyPrefix;

        public ValueTask<RedisReply<T>> CallAsync<TState, T>(TState state, Func<IDatabase, TState, Task<T>> call)
        {
            Calls++;
            return inner.CallAsync(state, call);
        }

        public void OnRecovery(Func<IDatabase, CancellationToken, Task> work) => inner.OnRecovery(work);
    }
}
