using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Contracts;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>What nodes admit by themselves while the shared counts are away.</summary>
public class NodeShareTests
{
    [TestCase(12, 4, 1, new[] { 3, 3, 3, 3 })]
    [TestCase(10, 4, 1, new[] { 3, 3, 2, 2 })]
    [TestCase(3, 4, 1, new[] { 1, 1, 1, 0 })]
    [TestCase(10, 4, 4, new[] { 1, 1, 0, 0 })]
    [TestCase(7, 1, 1, new[] { 7 })]
    public async Task Decide_NothingTold_SharesOfAllRanksAreTheLimit(int limit, int nodes, int cost, int[] shares)
    {
        foreach (var algorithm in Enum.GetValues<RateLimitAlgorithm>())
        {
            var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = limit, Cost = cost, Algorithm = algorithm }));
            for (var rank = 0; rank < nodes; rank++)
            {
                await using var harness = new MemoryHarness();
                var share = new NodeShare(nodes, rank, 1);

                Admitted(harness, request, share, 20).Should().Be(shares[rank], "of rank {0} by {1}", rank, algorithm);

                request[0].Remaining.Should().Be(nodes == 1 ? limit % cost : 0);
                request.RetryAfterSeconds.Should().BePositive();
            }
        }
    }

    [Test]
    public async Task Remaining_WithinTheShare_CountsDownToZero()
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 10 }));
        var seen = new List<long>();
        while (harness.Memory.Decide(request, new NodeShare(4, 1, 1)) == CounterVerdict.Allowed)
        {
            seen.Add(request[0].Remaining);
        }

        seen.Should().Equal(2, 1, 0);
    }

    // Over a bucket's whole life, not only at its start: the nodes together may not refill it faster than it refills.
    [Test]
    public async Task Decide_BucketOverTime_AllRanksTogetherKeepItsRate([Values(3, 8, 40)] int limit)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = limit, WindowSeconds = 10, Algorithm = RateLimitAlgorithm.TokenBucket }));
        var admitted = 0;
        for (var rank = 0; rank < 4; rank++)
        {
            await using var harness = new MemoryHarness();
            for (var step = 0; step < 600; step++)
            {
                admitted += Admitted(harness, request, new NodeShare(4, rank, 1), 3);
                harness.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        admitted.Should().BeLessThanOrEqualTo(limit + (limit * 6)).And.BeGreaterThan(limit * 6 / 2);
    }

    // A moment without the store must not hand out a whole share of a counter that nobody told of.
    [TestCase(0.0, 1)]
    [TestCase(0.1, 2)]
    [TestCase(0.5, 12)]
    [TestCase(1.0, 25)]
    public async Task Decide_OutageJustBegan_OpensTheShareWithTime(double opened, int expected)
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100 }));

        Admitted(harness, request, new NodeShare(4, 0, opened), 100).Should().BeInRange(expected, expected + 1);

        request.RetryAfterSeconds.Should().BePositive();
    }

    [Test]
    public async Task Decide_ToldWhatIsLeft_TakesNoMoreThanItsPartRoundedDown([Values] RateLimitAlgorithm algorithm)
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100, Algorithm = algorithm }));
        Tell(harness, request, used: 93);

        Admitted(harness, request, new NodeShare(4, 0, 1), 100).Should().Be(1, "7 are left for four nodes");

        Tell(harness, request, used: 97);
        Admitted(harness, request, new NodeShare(4, 0, 1), 100).Should().Be(0);
    }

    // Nodes that were told one after the other know of different rests; their parts add up to the last of them.
    [Test]
    public async Task Decide_NodesToldInTurn_TogetherTakeNoMoreThanTheRest([Range(0, 12)] int left)
    {
        var admitted = 0;
        for (var rank = 0; rank < 4; rank++)
        {
            await using var harness = new MemoryHarness();
            var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 100 }));
            Tell(harness, request, used: 100 - left - rank);
            admitted += Admitted(harness, request, new NodeShare(4, rank, 1), 100);
        }

        admitted.Should().Be(left);
    }

    // The others may still reach the store, or reached it after this node did: at their pace nothing would be left by now.
    [Test]
    public async Task Decide_OthersWereFast_LeavesThemWhatTheyWillHaveTaken()
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 1_000, WindowSeconds = 3_600 }));
        Tell(harness, request, used: 100);
        harness.Advance(TimeSpan.FromMilliseconds(100));
        Tell(harness, request, used: 700); // 6,000 a second.

        harness.Advance(TimeSpan.FromMilliseconds(10));
        var soon = Admitted(harness, request, new NodeShare(4, 0, 0), 1);
        harness.Advance(TimeSpan.FromMilliseconds(90));
        var late = Admitted(harness, request, new NodeShare(4, 0, 0), 100);

        soon.Should().Be(1);
        late.Should().Be(0);
        request[0].Remaining.Should().Be(0);
        request.RetryAfterSeconds.Should().BeGreaterThan(60, "more comes with the next window");
    }

    [Test]
    public async Task Decide_OwnUseWasFast_IsNotTakenForThatOfOthers()
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 1_000, WindowSeconds = 3_600 }));
        for (var used = 1; used <= 600; used++)
        {
            Tell(harness, request, used, own: 1);
            harness.Advance(TimeSpan.FromMilliseconds(1));
        }

        harness.Advance(TimeSpan.FromMilliseconds(500));

        Admitted(harness, request, new NodeShare(4, 0, 1), 500).Should().Be(100);
    }

    [Test]
    public async Task Decide_NextWindow_DealsTheLimitOutAgain()
    {
        await using var harness = new MemoryHarness();
        var request = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 10 }));
        Tell(harness, request, used: 10);
        Admitted(harness, request, new NodeShare(4, 0, 1), 5).Should().Be(0);

        harness.Advance(TimeSpan.FromSeconds(120));

        Admitted(harness, request, new NodeShare(4, 0, 1), 5).Should().Be(3);
    }

    private static int Admitted(MemoryHarness harness, RateLimitEvaluation request, NodeShare share, int attempts) =>
        Enumerable.Range(0, attempts).Count(_ => harness.Memory.Decide(request, share) == CounterVerdict.Allowed);

    private static void Tell(MemoryHarness harness, RateLimitEvaluation request, double used, double own = 0)
    {
        var limit = request.Tier.Compiled[0];
        var now = harness.Memory.Clock.NowMicros;
        var at = limit.Algorithm == RateLimitAlgorithm.SlidingWindow ? now / limit.WindowMicros : now;
        harness.Memory.Learn(limit, Infrastructure.Traffic.RateLimits.RedisCounterStore.KeysOf(request)[0], new CounterState { At = at, Current = used }, now, own);
    }
}
