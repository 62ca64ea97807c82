using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Contracts;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>What every counter store does, on three masters.</summary>
public class RedisClusterContractTests : CounterStoreContract
{
    private PrivateRedisCluster _cluster = null!;
    private RedisNode _node = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        _cluster = await PrivateRedisCluster.StartAsync();
        _node = await RedisNode.ConnectAsync(_cluster.Addresses);
    }

    [OneTimeTearDown]
    public async Task DisconnectAsync()
    {
        await _node.DisposeAsync();
        _cluster.Dispose();
    }

    [Test]
    public void Connection_ToACluster_KnowsThatItIsOne() => _node.Connection.IsCluster.Should().BeTrue();

    protected override Task<CounterStoreHarness> StartAsync() => Task.FromResult<CounterStoreHarness>(new RedisHarness(_node));
}

public class RedisClusterTests
{
    private PrivateRedisCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await PrivateRedisCluster.StartAsync();

    [OneTimeTearDown]
    public void Stop() => _cluster.Dispose();

    [Test]
    public async Task Decide_ManySubjects_LieOnAllMastersEachWithATimeToLive()
    {
        await using var node = await RedisNode.ConnectAsync(_cluster.Addresses);
        var store = new RedisCounterStore(node.Script(null), mirror: null);
        var tier = LimitBuilder.Tier(new LimitBuilder { Name = "key", Limit = 3 }, new LimitBuilder { Name = "consumer", By = RateLimitSubject.Consumer, Limit = 3 });

        for (var i = 0; i < 40; i++)
        {
            (await store.DecideAsync(LimitBuilder.Request(tier), CancellationToken.None)).Should().Be(CounterVerdict.Allowed);
        }

        foreach (var server in _cluster.Servers)
        {
            var keys = await server.KeysAsync(node.Prefix + "rl:*");
            keys.Should().HaveCountGreaterThan(5);
            foreach (var key in keys)
            {
                (await node.Database.KeyTimeToLiveAsync(key)).Should().NotBeNull();
            }
        }
    }

    // The limits lie in two slots, which cannot be charged in one step: what the first charged is given back when the second refuses.
    [Test]
    public async Task Decide_SecondSlotRefuses_GivesTheFirstBack([Values] RateLimitAlgorithm algorithm)
    {
        await using var node = await RedisNode.ConnectAsync(_cluster.Addresses);
        var store = new RedisCounterStore(node.Script(null), mirror: null);
        for (var i = 0; i < 10; i++)
        {
            var request = LimitBuilder.Request(LimitBuilder.Tier(
                new LimitBuilder { Name = "wide", Limit = 100, WindowSeconds = 86_400, Algorithm = algorithm },
                new LimitBuilder { Name = "narrow", By = RateLimitSubject.Consumer, Limit = 2, WindowSeconds = 86_400, Algorithm = algorithm }));
            var admitted = 0;
            for (var attempt = 0; attempt < 6; attempt++)
            {
                admitted += await store.DecideAsync(request, CancellationToken.None) == CounterVerdict.Allowed ? 1 : 0;
            }

            admitted.Should().Be(2);
            request[0].Remaining.Should().Be(98);
            request[1].Denied.Should().BeTrue();
        }
    }

    [Test]
    public async Task Decide_SecondSlotRefuses_TakesNothingFromAShadowThatWasFull([Values] RateLimitAlgorithm algorithm)
    {
        await using var node = await RedisNode.ConnectAsync(_cluster.Addresses);
        var store = new RedisCounterStore(node.Script(null), mirror: null);
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "trial", Limit = 1, WindowSeconds = 86_400, Algorithm = algorithm, Shadow = true },
            new LimitBuilder { Name = "narrow", By = RateLimitSubject.Consumer, Limit = 2, WindowSeconds = 86_400, Algorithm = algorithm }));

        for (var attempt = 0; attempt < 6; attempt++)
        {
            await store.DecideAsync(request, CancellationToken.None);
        }

        request[0].Denied.Should().BeTrue();
        request[0].Remaining.Should().Be(0);
    }

    [TestCase(RateLimitCounting.Exact, RateLimitSubject.Ip)]
    [TestCase(RateLimitCounting.Leased, RateLimitSubject.Ip)]
    [TestCase(RateLimitCounting.Leased, RateLimitSubject.Endpoint)]
    [TestCase(RateLimitCounting.Leased, RateLimitSubject.Tenant)]
    public async Task Hammered_ByTwoNodes_AdmitsTheLimit(RateLimitCounting mode, RateLimitSubject by)
    {
        var prefix = RedisNode.NewPrefix();
        await using var first = await LimiterNode.StartAsync(mode, prefix, address: _cluster.Addresses);
        await using var second = await LimiterNode.StartAsync(mode, prefix, address: _cluster.Addresses);
        await Eventually.TrueAsync(() => first.KnownNodes == 2 && second.KnownNodes == 2, "the nodes know of each other");
        var shape = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Limit = 150, WindowSeconds = 86_400 }, new LimitBuilder { Name = "b", By = by, Limit = 10_000, WindowSeconds = 86_400 }));

        var admitted = await Task.WhenAll(new[] { first, first, second, second }.Select(node => Task.Run(async () =>
        {
            var count = 0;
            for (var i = 0; i < 100; i++)
            {
                count += await node.Policy.DecideAsync(LimitBuilder.Again(shape), CancellationToken.None) ? 1 : 0;
            }

            return count;
        })));

        admitted.Sum().Should().Be(150);
    }

    [Test]
    public async Task Decide_AnyTwoSubjectsLeased_ChargesEachRequestOnce()
    {
        await using var node = await LimiterNode.StartAsync(RateLimitCounting.Leased, RedisNode.NewPrefix(), address: _cluster.Addresses);
        var subjects = Enum.GetValues<RateLimitSubject>();
        foreach (var (first, second) in subjects.SelectMany(a => subjects.Select(b => (a, b))))
        {
            var request = LimitBuilder.Request(LimitBuilder.Tier(
                new LimitBuilder { Name = "a", Limit = 100, By = first, WindowSeconds = 86_400 }, new LimitBuilder { Name = "b", Limit = 1_000, By = second, WindowSeconds = 86_400 }));
            for (var sent = 1; sent <= 5; sent++)
            {
                (await node.Policy.DecideAsync(request, CancellationToken.None)).Should().BeTrue();
                (request[0].Remaining, request[1].Remaining).Should().Be((100 - sent, 1_000 - sent), $"{sent} were sent by {first} and {second}");
            }
        }
    }

    [Test]
    public async Task Call_LeaseOrReportsOfSeveralSlots_IsNotMadeAndChargesNothing()
    {
        await using var node = await RedisNode.ConnectAsync(_cluster.Addresses);
        var script = node.Script(null);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100 }, new LimitBuilder { Name = "b", Limit = 100, By = RateLimitSubject.Consumer }));
        var keys = RedisCounterStore.KeysOf(request);

        (await script.CallAsync(request.Tier, keys, new GrantRequest(10, 1, 1, 1_000_000), [])).Should().BeNull();
        (await script.CallAsync(request.Tier, keys, default, [new GrantReport(1, -1, 1, 0, 0b11)])).Should().BeNull();

        await new RedisCounterStore(script, mirror: null).DecideAsync(request, CancellationToken.None);
        (request[0].Remaining, request[1].Remaining).Should().Be((99, 99));
    }

    // A node that was started before the cluster must find out later what it is talking to.
    [Test]
    public async Task Start_ClusterComesLater_IsKnownAsACluster()
    {
        using var late = await PrivateRedisCluster.StartAsync();
        foreach (var server in late.Servers)
        {
            server.Freeze();
        }

        await using var node = await LimiterNode.StartAsync(RateLimitCounting.Exact, RedisNode.NewPrefix(), address: late.Addresses, timeoutMilliseconds: 1_000);
        node.Redis.Connection.IsAvailable.Should().BeFalse();
        foreach (var server in late.Servers)
        {
            server.Thaw();
        }

        await Eventually.TrueAsync(() => node.Redis.Connection.IsAvailable, "the node found it", TimeSpan.FromSeconds(40));
        node.Redis.Connection.IsCluster.Should().BeTrue();

        // PING is answered before the masters know that they form a cluster again.
        await Eventually.TrueAsync(
            async () =>
            {
                var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 200 }, new LimitBuilder { Name = "b", By = RateLimitSubject.Ip, Limit = 500 }));
                return await node.Policy.DecideAsync(request, CancellationToken.None) && !request.Degraded;
            },
            "it counts in Redis");
    }
}
