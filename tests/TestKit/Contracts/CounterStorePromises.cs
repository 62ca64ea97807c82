using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace DataHub.TestKit.Contracts;

/// <summary>The promise of every algorithm, checked over random arrivals against a model that only remembers when it admitted.</summary>
public abstract class CounterStorePromises
{
    /// <summary>Arrivals: milliseconds since the one before.</summary>
    public sealed record Scenario(int Limit, int WindowSeconds, int Cost, int[] Gaps);

    protected abstract int Runs { get; }

    protected abstract Task<CounterStoreHarness> StartAsync();

    // Bursts, steady streams, and rests longer than a window.
    private static Arbitrary<Scenario> Scenarios { get; } = Arb.From(
        from limit in Gen.Choose(1, 12)
        from window in Gen.Elements(1, 2, 7)
        from cost in Gen.Choose(1, Math.Min(3, limit))
        from gaps in Gen.ArrayOf(Gen.Frequency((6, Gen.Choose(0, 3)), (6, Gen.Choose(20, 400)), (2, Gen.Choose(600, 1_500)), (1, Gen.Choose(3_000, 15_000))), 80)
        select new Scenario(limit, window, cost, gaps));

    [Test]
    public void SlidingLog_AnyInterval_NeverSeesMoreThanTheLimit() => Check(RateLimitAlgorithm.SlidingLog, (s, admitted, now) =>
        admitted.Count(t => now - t < s.WindowSeconds * 1_000) * s.Cost + s.Cost <= s.Limit);

    [Test]
    public void SlidingWindow_WeightedEstimate_NeverPassesTheLimit() => Check(RateLimitAlgorithm.SlidingWindow, (s, admitted, now) =>
    {
        var window = s.WindowSeconds * 1_000L;
        var current = admitted.Count(t => t / window == now / window) * s.Cost;
        var previous = admitted.Count(t => t / window == (now / window) - 1) * s.Cost;
        // Multiplied out by the window: 5 / 7 has no end in decimals.
        return ((current + s.Cost) * window) + (previous * (window - (now % window))) <= s.Limit * window;
    });

    [Test]
    public void TokenBucket_AnyInterval_NeverSeesMoreThanBurstAndRefill() => Check(RateLimitAlgorithm.TokenBucket, (s, admitted, now) =>
    {
        // Multiplied out by the window: 5 / 7 has no end in decimals, and a refill on the dot would look too late.
        var window = s.WindowSeconds * 1_000m;
        return admitted.All(from => ((admitted.Count(t => t >= from) * s.Cost) + s.Cost - s.Limit) * window <= s.Limit * (decimal)(now - from));
    });

    // A client that waits as told is admitted, if nobody else took the units; one second less would be refused.
    [Test]
    public void RetryAfter_WaitedExactly_IsAdmitted([Values] RateLimitAlgorithm algorithm) => Prop.ForAll(Scenarios, scenario =>
    {
        var harness = StartAsync().GetAwaiter().GetResult();
        var request = LimitBuilder.Request(LimitBuilder.Tier(Limit(algorithm, scenario)));
        foreach (var gap in scenario.Gaps)
        {
            harness.Advance(TimeSpan.FromMilliseconds(gap));
            if (!Admits(harness, request))
            {
                harness.Advance(TimeSpan.FromSeconds(request.RetryAfterSeconds - 1));
                var early = Admits(harness, request);
                harness.Advance(TimeSpan.FromSeconds(1));
                if (!early && !Admits(harness, request))
                {
                    return false;
                }
            }
        }

        harness.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    private void Check(RateLimitAlgorithm algorithm, Func<Scenario, List<long>, long, bool> mayAdmit) => Prop.ForAll(Scenarios, scenario =>
    {
        var harness = StartAsync().GetAwaiter().GetResult();
        var request = LimitBuilder.Request(LimitBuilder.Tier(Limit(algorithm, scenario)));
        var now = CounterStoreHarness.Start.ToUnixTimeMilliseconds();
        var admitted = new List<long>();
        foreach (var gap in scenario.Gaps)
        {
            harness.Advance(TimeSpan.FromMilliseconds(gap));
            now += gap;

            // Neither more than promised, nor less.
            var expected = mayAdmit(scenario, admitted, now);
            if (Admits(harness, request) != expected)
            {
                return false;
            }

            if (expected)
            {
                admitted.Add(now);
            }
        }

        harness.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    private static bool Admits(CounterStoreHarness harness, DataHub.Application.Traffic.Contracts.RateLimitEvaluation request) =>
        harness.AdmitsAsync(request).GetAwaiter().GetResult();

    private static LimitBuilder Limit(RateLimitAlgorithm algorithm, Scenario s) =>
        new() { Algorithm = algorithm, Limit = s.Limit, WindowSeconds = s.WindowSeconds, Cost = s.Cost };
}
