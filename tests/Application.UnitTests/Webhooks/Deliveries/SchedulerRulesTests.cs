using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Webhooks.Deliveries;

/// <summary>The arithmetic of the scheduler.</summary>
public sealed class SchedulerRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(DeliveryLane.Fresh, new[] { true, true, true }, 60)]
    [TestCase(DeliveryLane.Retry, new[] { true, true, true }, 25)]
    [TestCase(DeliveryLane.Replay, new[] { true, true, true }, 15)]
    [TestCase(DeliveryLane.Replay, new[] { false, false, true }, 92)] // A tenth of what the others have is kept for them: 6 and 2.
    [TestCase(DeliveryLane.Fresh, new[] { true, false, false }, 97)]
    public void Free_EmptyNode_IsTheShareAndWhatNobodyNeeds(DeliveryLane lane, bool[] waiting, int expected) =>
        LaneShares.Free(lane, 100, [0, 0, 0], waiting).Should().Be(expected);

    [Test]
    public void Free_ReplaysHoldWhatTheyTook_FreshHasTheRestAndReplaysNothing()
    {
        LaneShares.Free(DeliveryLane.Fresh, 100, [0, 0, 92], [true, false, true]).Should().Be(6);
        LaneShares.Free(DeliveryLane.Replay, 100, [0, 0, 92], [true, false, true]).Should().Be(0);
    }

    [TestCase(10, new[] { true, false, false }, new[] { 10, 0, 0 })]
    [TestCase(10, new[] { true, true, true }, new[] { 7, 2, 1 })]
    [TestCase(1, new[] { false, true, true }, new[] { 0, 1, 0 })]
    [TestCase(2, new[] { true, true, true }, new[] { 1, 1, 0 })]
    [TestCase(5, new[] { false, false, false }, new[] { 0, 0, 0 })]
    public void Split_SlotsOfAnEndpoint_GoByShare(int free, bool[] waiting, int[] expected)
    {
        var split = new int[LaneShares.Lanes];
        LaneShares.Split(free, waiting, split);
        split.Should().Equal(expected);
    }

    [Test]
    public void Available_TakenAndRefilled_NeverMoreThanTheRate()
    {
        var rate = new TokenRate();
        var sent = 0;
        for (var tick = 0; tick <= 100; tick++)
        {
            var free = rate.Available(5, Start + TimeSpan.FromMilliseconds(100 * tick));
            rate.Take(free);
            sent += free;
        }

        sent.Should().Be(5 + 50, "those of one second at once, and five in each of ten seconds");
    }

    [Test]
    public void Available_BelowOneASecond_TellsWhenTheNextMayGo()
    {
        var rate = new TokenRate();
        rate.Available(0.5, Start).Should().Be(1);
        rate.Take(1);
        rate.Available(0.5, Start + TimeSpan.FromSeconds(1)).Should().Be(0);
        rate.Wait.Should().BeCloseTo(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1));
        rate.Available(0.5, Start + TimeSpan.FromSeconds(2)).Should().Be(1);
    }

    [Test]
    public void IsMine_SeveralNodes_EachEndpointHasOneOwnerAndOnlyItsShareMoves()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToList();
        var endpoints = Enumerable.Range(0, 4000).Select(_ => new SubscriptionId(Guid.CreateVersion7())).ToList();
        var owners = endpoints.ToDictionary(e => e, e => nodes.Single(n => NodeAssignment.IsMine(e, n, nodes)));

        owners.Values.GroupBy(o => o).Should().OnlyContain(g => g.Count() > 800 && g.Count() < 1200);
        var left = nodes.Take(3).ToList();
        endpoints.Where(e => owners[e] != nodes[3]).Should().OnlyContain(e => NodeAssignment.IsMine(e, owners[e], left));
        endpoints.Should().OnlyContain(e => left.Count(n => NodeAssignment.IsMine(e, n, left)) == 1);
    }
}
