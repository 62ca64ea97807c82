using System.Diagnostics.Metrics;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

public class LeasedCounterStoreTests
{
    private LimiterNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        await WindowEnd.AvoidAsync(86_400);
        _node = await LimiterNode.StartAsync(RateLimitCounting.Leased, RedisNode.NewPrefix());
        await Eventually.TrueAsync(() => _node.Redis.Connection.IsAvailable, "Redis is there");
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Decide_BusyKey_AsksTheStoreForFewRequestsOnly()
    {
        var calls = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "datahub.ratelimit.store_latency" && ReferenceEquals(instrument.Meter, _node.Redis.Meter.Meter))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref calls));
        listener.Start();
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Limit = 10_000_000 }, new LimitBuilder { Name = "b", Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 10_000_000, WindowSeconds = 1 }));

        var waited = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var decision = _node.Policy.DecideAsync(request, CancellationToken.None);
            waited += decision.IsCompleted ? 0 : 1;
            (await decision).Should().BeTrue();
            if (i % 50 == 0)
            {
                await Task.Yield();
            }
        }

        calls.Should().BeInRange(5, 4_000);
        waited.Should().BeLessThan(4_000);
        TestContext.Out.WriteLine($"{calls} calls, {waited} waits for 20000 requests");
    }

    [Test]
    public async Task Decide_WithBalance_AllocatesNothingAndDoesNotWait()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Limit = 10_000_000 }, new LimitBuilder { Name = "b", Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 10_000_000, By = RateLimitSubject.Ip }));
        var free = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var decision = _node.Policy.DecideAsync(request, CancellationToken.None);
            var completed = decision.IsCompletedSuccessfully;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            (await decision).Should().BeTrue();

            // A request that fetches the next lease allocates; those that spend do not.
            free += completed && allocated == 0 ? 1 : 0;
        }

        free.Should().BeGreaterThan(4_000);
    }

    [Test]
    public async Task Unused_Lease_ComesBack()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100_000, WindowSeconds = 86_400 }));
        for (var i = 0; i < 3_000; i++)
        {
            (await _node.Policy.DecideAsync(request, CancellationToken.None)).Should().BeTrue();
        }

        var script = _node.Redis.Script(null);
        var keys = RedisCounterStore.KeysOf(request);
        await Eventually.TrueAsync(
            async () => (await script.CallAsync(request.Tier, keys, default, []))?.States[0].Current == 3_000, "the store counts what was admitted, to the unit");
    }

    [Test]
    public async Task Unused_LeaseBesideAFullShadow_TakesNothingFromTheShadow()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "trial", Limit = 5, Shadow = true, WindowSeconds = 86_400 }, new LimitBuilder { Limit = 100_000, WindowSeconds = 86_400 }));
        for (var i = 0; i < 3_000; i++)
        {
            (await _node.Policy.DecideAsync(request, CancellationToken.None)).Should().BeTrue();
        }

        var script = _node.Redis.Script(null);
        var keys = RedisCounterStore.KeysOf(request);
        Grant? told = null;
        await Eventually.TrueAsync(
            async () => (told = await script.CallAsync(request.Tier, keys, default, []))?.States[1].Current == 3_000, "the lease came back");
        told!.States[0].Current.Should().Be(5);
    }

    [Test]
    public async Task Stop_UnusedLease_IsGivenBack()
    {
        var prefix = RedisNode.NewPrefix();
        var stopping = await LimiterNode.StartAsync(RateLimitCounting.Leased, prefix);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100_000, WindowSeconds = 86_400 }));
        for (var i = 0; i < 1_000; i++)
        {
            await stopping.Policy.DecideAsync(request, CancellationToken.None);
        }

        await stopping.DisposeAsync();

        await using var other = await LimiterNode.StartAsync(RateLimitCounting.Exact, prefix);
        await other.Policy.DecideAsync(request, CancellationToken.None);
        request[0].Remaining.Should().Be(100_000 - 1_001);
    }

    [Test]
    public async Task Decide_ManyAtOnceOnAFreshKey_WaitForTwoCallsAtMost()
    {
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 50, WindowSeconds = 86_400 }));

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var request = LimitBuilder.Again(shape);
            return (Allowed: await _node.Policy.DecideAsync(request, CancellationToken.None), request.RetryAfterSeconds);
        }));

        decisions.Count(d => d.Allowed).Should().Be(50);
        decisions.Where(d => !d.Allowed).Should().OnlyContain(d => d.RetryAfterSeconds > 0);
    }

    [Test]
    public async Task Decide_ShadowUsedUp_ReportsAndLetsPass()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "trial", Limit = 5, Shadow = true, WindowSeconds = 86_400 }, new LimitBuilder { Limit = 1_000, WindowSeconds = 86_400 }));
        var denied = 0;
        for (var i = 0; i < 50; i++)
        {
            (await _node.Policy.DecideAsync(request, CancellationToken.None)).Should().BeTrue();
            denied += request[0].Denied ? 1 : 0;
        }

        denied.Should().BeInRange(40, 45);
        request[1].Denied.Should().BeFalse();
        request[1].Remaining.Should().Be(950);
    }
}
