using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Contracts;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

internal sealed class RedisHarness : CounterStoreHarness
{
    private readonly long[] _now = [(Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond];

    public RedisHarness(RedisNode node) => Store = new RedisCounterStore(node.Script(() => Volatile.Read(ref _now[0])), mirror: null);

    public override ICounterStore Store { get; }

    public override void Advance(TimeSpan by) => Interlocked.Add(ref _now[0], by.Ticks / TimeSpan.TicksPerMicrosecond);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public class RedisCounterStoreContractTests : CounterStoreContract
{
    private RedisNode _node = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _node = await RedisNode.ConnectAsync();

    [OneTimeTearDown]
    public async Task DisconnectAsync() => await _node.DisposeAsync();

    protected override Task<CounterStoreHarness> StartAsync() => Task.FromResult<CounterStoreHarness>(new RedisHarness(_node));
}

public class RedisCounterStorePromisesTests : CounterStorePromises
{
    private RedisNode _node = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _node = await RedisNode.ConnectAsync();

    [OneTimeTearDown]
    public async Task DisconnectAsync() => await _node.DisposeAsync();

    protected override int Runs => 25;

    protected override Task<CounterStoreHarness> StartAsync() => Task.FromResult<CounterStoreHarness>(new RedisHarness(_node));
}

public class RedisCounterStoreTests
{
    private RedisNode _node = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _node = await RedisNode.ConnectAsync();

    [OneTimeTearDown]
    public async Task DisconnectAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Decide_ByTheServersClock_LeavesATimeToLiveOnEveryKeyAndTagsTheSubject([Values] RateLimitAlgorithm algorithm)
    {
        var store = new RedisCounterStore(_node.Script(null), mirror: null);
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Algorithm = algorithm, Limit = 10, WindowSeconds = 7 },
            new LimitBuilder { Name = "b", Algorithm = algorithm, Limit = 10, WindowSeconds = 7, By = RateLimitSubject.Endpoint }));

        (await store.DecideAsync(request, CancellationToken.None)).Should().Be(CounterVerdict.Allowed);

        var keys = RedisCounterStore.KeysOf(request).Select(k => _node.Script(null).KeyOf(k)).ToList();
        keys.Select(k => k.ToString()[..(k.ToString().IndexOf('}', StringComparison.Ordinal) + 1)]).Distinct().Should().ContainSingle("key and endpoint share a slot");
        foreach (var key in keys)
        {
            (await _node.Database.KeyTimeToLiveAsync(key)).Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThan(TimeSpan.FromSeconds(20));
        }
    }

    [Test]
    public async Task Decide_ScriptForgotten_LoadsItAgain()
    {
        var store = new RedisCounterStore(_node.Script(null), mirror: null);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 3, WindowSeconds = 3_600 }));
        await store.DecideAsync(request, CancellationToken.None);
        await _node.Database.ExecuteAsync("SCRIPT", "FLUSH");

        (await store.DecideAsync(request, CancellationToken.None)).Should().Be(CounterVerdict.Allowed);
        request[0].Remaining.Should().Be(1);
    }

    // Units on lease do not drain: a full bucket beside a full lease would be twice the burst.
    [Test]
    public async Task Lease_OfABucket_CountsAgainstTheCapacityUntilReportedOrExpired()
    {
        var now = new[] { 1_700_000_000_000_000L };
        var script = _node.Script(() => now[0]);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 100, WindowSeconds = 1 }));
        var keys = RedisCounterStore.KeysOf(request);

        var lease = (await script.CallAsync(request.Tier, keys, new GrantRequest(40, 0, 1, 1_000_000), []))!;
        lease.Granted.Should().Be(40);
        now[0] += 900_000;
        (await script.CallAsync(request.Tier, keys, new GrantRequest(100, 100, 1, 0), []))!.Granted.Should().Be(60, "40 are on lease");

        // 30 were spent and 10 come back: the level is 100 − 10, of which the 30 drain like the rest.
        (await script.CallAsync(request.Tier, keys, default, [new GrantReport(lease.Now, lease.Slot, 10, 30, lease.Charged)]))!.States[0].Current.Should().BeApproximately(90, 1e-6);
        now[0] += 500_000;
        (await script.CallAsync(request.Tier, keys, new GrantRequest(100, 100, 1, 0), []))!.Granted.Should().Be(60);
    }

    [Test]
    public async Task Lease_NeverReported_EndsByItself()
    {
        var now = new[] { 1_700_000_000_000_000L };
        var script = _node.Script(() => now[0]);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 100, WindowSeconds = 1 }));
        var keys = RedisCounterStore.KeysOf(request);
        var lease = (await script.CallAsync(request.Tier, keys, new GrantRequest(40, 0, 1, 1_000_000), []))!;

        now[0] += 3_000_000;

        (await script.CallAsync(request.Tier, keys, new GrantRequest(200, 200, 1, 0), []))!.Granted.Should().Be(100);
        (await script.CallAsync(request.Tier, keys, default, [new GrantReport(lease.Now, lease.Slot, 40, 0, lease.Charged)]))!.States[0].Current.Should().Be(100, "a lease that ended gives nothing back");
    }

    [Test]
    public async Task Lease_OfAWindow_EndsWithTheWindowAndIsGivenBackWhereItWasCharged()
    {
        var now = new[] { 1_700_000_040_000_000L };
        var script = _node.Script(() => now[0]);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100 }));
        var keys = RedisCounterStore.KeysOf(request);
        now[0] += 59_600_000;

        var lease = (await script.CallAsync(request.Tier, keys, new GrantRequest(40, 0, 1, 1_000_000), []))!;
        lease.ValidityMicros.Should().Be(400_000);
        now[0] += 400_000;
        (await script.CallAsync(request.Tier, keys, new GrantRequest(1, 1, 1, 0), []))!.States[0].Previous.Should().Be(40);
        var settled = (await script.CallAsync(request.Tier, keys, default, [new GrantReport(lease.Now, lease.Slot, 25, 15, lease.Charged)]))!;

        settled.States[0].Previous.Should().Be(15);
        settled.States[0].Current.Should().Be(1);
    }

    [Test]
    public async Task Lease_BesideAFullShadow_GivesNothingBackToTheShadow([Values(RateLimitAlgorithm.SlidingWindow, RateLimitAlgorithm.TokenBucket)] RateLimitAlgorithm algorithm)
    {
        var script = _node.Script(() => 1_700_000_000_000_000L);
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "trial", Limit = 5, Algorithm = algorithm, WindowSeconds = 86_400, Shadow = true },
            new LimitBuilder { Limit = 100, Algorithm = algorithm, WindowSeconds = 86_400 }));
        var keys = RedisCounterStore.KeysOf(request);
        var charged = (await script.CallAsync(request.Tier, keys, new GrantRequest(5, 0, 1, 1_000_000), []))!;
        charged.Granted.Should().Be(5);

        var beside = (await script.CallAsync(request.Tier, keys, new GrantRequest(10, 0, 1, 1_000_000), []))!;
        beside.Granted.Should().Be(10);
        var settled = (await script.CallAsync(request.Tier, keys, default, [new GrantReport(beside.Now, beside.Slot, 10, 0, beside.Charged)]))!;
        (settled.States[0].Current, settled.States[1].Current).Should().Be((5, 5));

        settled = (await script.CallAsync(request.Tier, keys, default, [new GrantReport(charged.Now, charged.Slot, 5, 0, charged.Charged)]))!;
        (settled.States[0].Current, settled.States[1].Current).Should().Be((0, 0));
    }

    [Test]
    public async Task Lease_NearTheLimit_ShrinksToOneAheadOfNeed()
    {
        var script = _node.Script(null);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100, WindowSeconds = 3_600 }));
        var keys = RedisCounterStore.KeysOf(request);

        (await script.CallAsync(request.Tier, keys, new GrantRequest(50, 0, 16, 1_000_000), []))!.Granted.Should().Be(6);
        (await script.CallAsync(request.Tier, keys, new GrantRequest(84, 84, 16, 1_000_000), []))!.Granted.Should().Be(84, "they wait");
        (await script.CallAsync(request.Tier, keys, new GrantRequest(50, 0, 16, 1_000_000), []))!.Granted.Should().Be(1);
    }
}
