using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.TestKit.Contracts;

/// <summary>What every counter store does.</summary>
public abstract class CounterStoreContract
{
    private CounterStoreHarness _harness = null!;

    protected abstract Task<CounterStoreHarness> StartAsync();

    [SetUp]
    public async Task StartHarnessAsync() => _harness = await StartAsync();

    [TearDown]
    public async Task StopHarnessAsync() => await _harness.DisposeAsync();

    [Test]
    public async Task Decide_UpToTheLimit_AdmitsExactlyTheLimit([Values] RateLimitAlgorithm algorithm)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = algorithm, Limit = 7 }));

        (await _harness.AdmittedOfAsync(request, 20)).Should().Be(7);
    }

    [Test]
    public async Task Decide_Refused_IsNeverCharged([Values] RateLimitAlgorithm algorithm)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = algorithm, Limit = 4, WindowSeconds = 4 }));
        await _harness.AdmittedOfAsync(request, 500);

        // Had the refused been charged, two windows later they would still weigh.
        _harness.Advance(TimeSpan.FromSeconds(8));

        (await _harness.AdmittedOfAsync(request, 20)).Should().Be(4);
    }

    [Test]
    public async Task Decide_OneLimitRefuses_ChargesNoneOfThem([Values] RateLimitAlgorithm algorithm)
    {
        var wide = new LimitBuilder { Name = "wide", Limit = 100, Algorithm = algorithm, By = RateLimitSubject.Consumer };
        var narrow = new LimitBuilder { Name = "narrow", Limit = 3, Algorithm = algorithm };
        var request = LimitBuilder.Request(LimitBuilder.Tier(wide, narrow));

        (await _harness.AdmittedOfAsync(request, 10)).Should().Be(3);

        request[0].Remaining.Should().Be(97);
        request[0].Denied.Should().BeFalse();
        request[1].Remaining.Should().Be(0);
        request[1].Denied.Should().BeTrue();
    }

    [Test]
    public async Task Decide_Shadow_ReportsButNeverRefuses([Values] RateLimitAlgorithm algorithm)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = algorithm, Limit = 2, Shadow = true }));

        (await _harness.AdmittedOfAsync(request, 2)).Should().Be(2);
        request[0].Denied.Should().BeFalse();
        (await _harness.AdmittedOfAsync(request, 3)).Should().Be(3);

        request[0].Denied.Should().BeTrue();
        request[0].Remaining.Should().Be(0);
    }

    [Test]
    public async Task Decide_Cost_TakesThatManyUnits([Values] RateLimitAlgorithm algorithm)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = algorithm, Limit = 10, Cost = 3 }));

        (await _harness.AdmittedOfAsync(request, 5)).Should().Be(3);
        request[0].Remaining.Should().Be(1);
    }

    [TestCase(RateLimitSubject.Key, 5, 5, 1)]
    [TestCase(RateLimitSubject.Ip, 1, 1, 5)]
    [TestCase(RateLimitSubject.Endpoint, 5, 5, 1)]
    [TestCase(RateLimitSubject.Consumer, 1, 5, 1)]
    public async Task Decide_BySubject_CountsThatSubjectAlone(RateLimitSubject by, int otherKey, int otherConsumer, int otherAddress)
    {
        var first = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { By = by, Limit = 5 }));
        await _harness.AdmittedOfAsync(first, 4);

        var key = LimitBuilder.Again(first);
        key.KeyId = Guid.CreateVersion7();
        (await _harness.AdmittedOfAsync(key, 5)).Should().Be(otherKey, "of another key");

        if (by != RateLimitSubject.Ip)
        {
            var consumer = LimitBuilder.Again(key);
            consumer.ConsumerId = Guid.CreateVersion7();
            consumer.KeyId = Guid.CreateVersion7();
            (await _harness.AdmittedOfAsync(consumer, 5)).Should().Be(otherConsumer, "of another consumer");
        }

        var address = LimitBuilder.Again(first);
        address.ClientAddress++;
        (await _harness.AdmittedOfAsync(address, 5)).Should().Be(by == RateLimitSubject.Ip ? otherAddress : by == RateLimitSubject.Consumer ? 0 : 1, "of another address");
    }

    [Test]
    public async Task Decide_ByEndpoint_CountsEveryRouteOfAKeyAlone()
    {
        var first = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { By = RateLimitSubject.Endpoint, Limit = 5 }));
        var second = LimitBuilder.Again(first);
        second.RouteId = Guid.CreateVersion7();

        (await _harness.AdmittedOfAsync(first, 9)).Should().Be(5);
        (await _harness.AdmittedOfAsync(second, 9)).Should().Be(5);
    }

    [Test]
    public async Task Decide_WithoutKey_CountsByAddress()
    {
        var first = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 5 }));
        first.KeyId = Guid.Empty;
        var other = LimitBuilder.Again(first);
        other.ClientAddress++;

        (await _harness.AdmittedOfAsync(first, 9)).Should().Be(5);
        (await _harness.AdmittedOfAsync(other, 9)).Should().Be(5);
    }

    [Test]
    public async Task Decide_ChangedLimit_KeepsTheCount([Values] RateLimitAlgorithm algorithm)
    {
        var limit = new LimitBuilder { Algorithm = algorithm, Limit = 10 };
        var request = LimitBuilder.Request(LimitBuilder.Tier(limit));
        await _harness.AdmittedOfAsync(request, 10);

        request.Tier = LimitBuilder.Tier(request.Tier.Id, limit with { Limit = 12 });
        (await _harness.AdmittedOfAsync(request, 10)).Should().Be(2);

        request.Tier = LimitBuilder.Tier(request.Tier.Id, limit with { Limit = 5 });
        (await _harness.AdmitsAsync(request)).Should().BeFalse();
        request[0].Remaining.Should().Be(0);
    }

    [Test]
    public async Task Decide_LargestLimitAndWindow_KeepsItsNumbers([Values(RateLimitAlgorithm.SlidingWindow, RateLimitAlgorithm.TokenBucket)] RateLimitAlgorithm algorithm)
    {
        var limit = new LimitBuilder { Algorithm = algorithm, Limit = RateLimit.MaxLimit, WindowSeconds = RateLimit.MaxWindowSeconds, Cost = 400_000_000 };
        var request = LimitBuilder.Request(LimitBuilder.Tier(limit));

        (await _harness.AdmittedOfAsync(request, 5)).Should().Be(2);
        request[0].Remaining.Should().Be(200_000_000);
        request.RetryAfterSeconds.Should().BeInRange(1, 2 * RateLimit.MaxWindowSeconds);
    }

    [Test]
    public async Task Remaining_RestedKey_FallsByOneAndIsNeverHandedOutTwice([Values] RateLimitAlgorithm algorithm)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = algorithm, Limit = 20 }));
        var seen = new List<long>();
        while (await _harness.AdmitsAsync(request))
        {
            seen.Add(request[0].Remaining);
            request[0].ResetSeconds.Should().BeInRange(1, 120);
        }

        seen.Should().Equal(Enumerable.Range(0, 20).Select(n => 19L - n));
    }

    [Test]
    public async Task SlidingLog_WindowOfASecond_FreesEveryEntryAfterExactlyASecond()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = RateLimitAlgorithm.SlidingLog, Limit = 10, WindowSeconds = 1 }));
        await _harness.AdmittedOfAsync(request, 5);
        _harness.Advance(TimeSpan.FromMilliseconds(400));
        (await _harness.AdmittedOfAsync(request, 6)).Should().Be(5);
        request.RetryAfterSeconds.Should().Be(1);

        _harness.Advance(TimeSpan.FromMilliseconds(599));
        (await _harness.AdmittedOfAsync(request, 6)).Should().Be(0);
        _harness.Advance(TimeSpan.FromMilliseconds(1));
        (await _harness.AdmittedOfAsync(request, 6)).Should().Be(5);
    }

    [Test]
    public async Task TokenBucket_AfterARest_RefillsSteadily()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 100, WindowSeconds = 1 }));
        (await _harness.AdmittedOfAsync(request, 120)).Should().Be(100);
        request.RetryAfterSeconds.Should().Be(1);

        _harness.Advance(TimeSpan.FromMilliseconds(10));
        (await _harness.AdmittedOfAsync(request, 5)).Should().Be(1);
        _harness.Advance(TimeSpan.FromMilliseconds(500));
        (await _harness.AdmittedOfAsync(request, 120)).Should().Be(50);
    }

    [Test]
    public async Task SlidingWindow_NextWindow_WeighsTheOneBefore()
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 10 }));
        await _harness.AdmittedOfAsync(request, 10);

        _harness.Advance(TimeSpan.FromSeconds(75));
        (await _harness.AdmittedOfAsync(request, 10)).Should().Be(2, "three quarters of ten still weigh");
    }

    // The lock (or the script) is what makes this hold: without it, threads read the same count and all pass.
    [Test]
    public async Task Decide_OnManyThreads_AdmitsExactlyTheLimitAndHandsOutNoValueTwice([Values] RateLimitAlgorithm algorithm)
    {
        const int Limit = 900;
        var tier = LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Algorithm = algorithm, Limit = Limit, WindowSeconds = 3_600 },
            new LimitBuilder { Name = "b", Limit = 1_000_000, By = RateLimitSubject.Consumer, WindowSeconds = 3_600 });
        var shape = LimitBuilder.Request(tier);
        var remaining = new System.Collections.Concurrent.ConcurrentBag<long>();
        using var start = new Barrier(8);

        var threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var request = LimitBuilder.Again(shape);
                start.SignalAndWait();
                for (var i = 0; i < 300; i++)
                {
                    if (_harness.AdmitsAsync(request).GetAwaiter().GetResult())
                    {
                        remaining.Add(request[0].Remaining);
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(threads);

        remaining.Should().HaveCount(Limit).And.OnlyHaveUniqueItems();
        await _harness.AdmitsAsync(shape);
        shape[1].Remaining.Should().Be(1_000_000 - Limit, "refused requests charged nothing");
    }
}
