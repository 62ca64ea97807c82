using System.Collections.Concurrent;
using System.Diagnostics;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>Four limiters over one Redis, with wall clocks that disagree, hammered with the same key.</summary>
[TestFixture(RateLimitCounting.Exact)]
[TestFixture(RateLimitCounting.Leased)]
public class SeveralNodesTests(RateLimitCounting mode)
{
    private static readonly TimeSpan[] Skews = [TimeSpan.Zero, TimeSpan.FromSeconds(17), TimeSpan.FromMinutes(-41), TimeSpan.FromHours(9)];

    private LimiterNode[] _nodes = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var prefix = RedisNode.NewPrefix();
        _nodes = await Task.WhenAll(Skews.Select(skew => LimiterNode.StartAsync(mode, prefix, skew)));
        await Eventually.TrueAsync(() => _nodes.All(n => n.KnownNodes == Skews.Length), "every node knows of all four");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    // The window is long enough to hold the whole test, or the limit is a log's, which no boundary changes.
    [TestCase(RateLimitAlgorithm.SlidingWindow, 3_000, 86_400, 1)]
    [TestCase(RateLimitAlgorithm.SlidingWindow, 500, 86_400, 3)]
    [TestCase(RateLimitAlgorithm.TokenBucket, 3_000, 86_400, 1)]
    [TestCase(RateLimitAlgorithm.SlidingLog, 700, 3_600, 1)]
    public async Task Hammered_OneKey_AdmitsTheLimitAndNotOneMore(RateLimitAlgorithm algorithm, int limit, int windowSeconds, int cost)
    {
        var shape = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Algorithm = algorithm, Limit = limit, WindowSeconds = windowSeconds, Cost = cost },
            new LimitBuilder { Name = "b", Limit = 1_000_000, WindowSeconds = 86_400, By = RateLimitSubject.Ip }));
        await WindowEnd.AvoidAsync(86_400);

        var admitted = await HammerAsync(shape, TimeSpan.FromSeconds(20), stopAfterRefusals: 200);

        admitted.Count.Should().BeLessThanOrEqualTo((limit / cost) + (algorithm == RateLimitAlgorithm.TokenBucket ? 2 : 0));

        // What single nodes still held on lease came back; it can be used.
        var rest = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var request = LimitBuilder.Again(shape);
                rest += await _nodes[0].Policy.DecideAsync(request, CancellationToken.None) ? 1 : 0;
                return admitted.Count + rest >= limit / cost;
            },
            "the whole limit is admitted");
        (admitted.Count + rest).Should().BeLessThanOrEqualTo((limit / cost) + (algorithm == RateLimitAlgorithm.TokenBucket ? 2 : 0));
        if (mode == RateLimitCounting.Exact)
        {
            admitted.Select(a => a.Remaining).Should().OnlyHaveUniqueItems();
        }
    }

    [Test]
    public async Task Hammered_Bucket_NeverPassesBurstAndRefillInAnyInterval()
    {
        const int Burst = 400;
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Algorithm = RateLimitAlgorithm.TokenBucket, Limit = Burst, WindowSeconds = 1 }));

        var admitted = await HammerAsync(shape, TimeSpan.FromSeconds(2.5), stopAfterRefusals: int.MaxValue);

        // Seen from outside: each admission lies between its call and its answer, so an interval is at least from an answer to a call.
        var byAnswer = admitted.OrderBy(a => a.Answered).ToList();
        for (var i = 0; i < byAnswer.Count; i += 37)
        {
            for (var j = i; j < byAnswer.Count; j += 41)
            {
                var inside = byAnswer.Skip(i).Take(j - i + 1).Count(a => a.Called >= byAnswer[i].Called);
                var seconds = Stopwatch.GetElapsedTime(byAnswer[i].Called, byAnswer[j].Answered).TotalSeconds;
                inside.Should().BeLessThanOrEqualTo((int)(Burst + (Burst * seconds) + 1), "in {0:0.000} s", seconds);
            }
        }

        admitted.Count.Should().BeGreaterThan((int)(Burst * 2.2), "nearly all of it can be used");
    }

    [Test]
    public async Task Hammered_ShortWindows_NoneSeesMoreThanTheLimit()
    {
        const int Limit = 300;
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = Limit, WindowSeconds = 1 }));
        var origin = DateTimeOffset.UnixEpoch.Ticks;
        var now = TimeProvider.System.GetUtcNow();
        var at = Stopwatch.GetTimestamp();

        var admitted = await HammerAsync(shape, TimeSpan.FromSeconds(3.5), stopAfterRefusals: int.MaxValue);

        // Only what was surely inside counts for a window: called after its begin, answered before its end.
        var inside = admitted
            .Select(a => (From: SecondOf(a.Called), To: SecondOf(a.Answered)))
            .Where(a => a.From == a.To).GroupBy(a => a.From).Select(g => g.Count()).ToList();
        inside.Should().OnlyContain(count => count <= Limit);
        inside.Max().Should().BeGreaterThan(Limit / 3);

        long SecondOf(long timestamp) => ((now + Stopwatch.GetElapsedTime(at, timestamp)).Ticks - origin) / TimeSpan.TicksPerSecond;
    }

    [Test]
    public async Task Remaining_OneNodeAfterTheOther_NeverRisesForARestedKey()
    {
        await WindowEnd.AvoidAsync(3_600);
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 60, WindowSeconds = 3_600 }));
        var seen = new List<long>();
        while (await _nodes[0].Policy.DecideAsync(request, CancellationToken.None))
        {
            seen.Add(request[0].Remaining);
        }

        seen.Should().HaveCount(60).And.BeInDescendingOrder();
        request.RetryAfterSeconds.Should().BeGreaterThan(0);
        request[0].Remaining.Should().Be(0);
    }

    private async Task<List<Admission>> HammerAsync(RateLimitEvaluation shape, TimeSpan duration, int stopAfterRefusals)
    {
        var admitted = new ConcurrentBag<Admission>();
        var until = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var threads = _nodes.SelectMany(node => Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var request = LimitBuilder.Again(shape);
            var refusals = 0;
            while (refusals < stopAfterRefusals && Stopwatch.GetTimestamp() < until)
            {
                var called = Stopwatch.GetTimestamp();
                if (await node.Policy.DecideAsync(request, CancellationToken.None))
                {
                    admitted.Add(new Admission(called, Stopwatch.GetTimestamp(), request[0].Remaining));
                }
                else
                {
                    refusals++;
                    request[0].Remaining.Should().BeGreaterThanOrEqualTo(0);
                    request.RetryAfterSeconds.Should().BeGreaterThan(0);
                    await Task.Yield();
                }

                request.Degraded.Should().BeFalse();
            }
        })));
        await Task.WhenAll(threads);
        return [.. admitted];
    }

    private sealed record Admission(long Called, long Answered, long Remaining);
}
