using System.Globalization;
using DataHub.Gateway.Api.Proxy.Config;
using DataHub.TestKit.Randomness;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace DataHub.Gateway.Api.ProxyTests.Config;

public class WeightedPolicyTests
{
    private const int Picks = 10_000;

    private static readonly HttpContext Context = new DefaultHttpContext();

    [TestCase(0UL)]
    [TestCase(1UL)]
    [TestCase(0x8000_0000_0000_0000UL)]
    [TestCase(ulong.MaxValue)]
    public void PickDestination_ManyTimes_FollowsTheWeightsWhereverItStarts(ulong start)
    {
        var counts = Count(new WeightedPolicy(new ScriptedRandom(start)), [Destination("one", 1), Destination("two", 2), Destination("seven", 7)]);

        // The sequence is even, not random: it stays within a handful of the exact share.
        counts["one"].Should().BeCloseTo(Picks / 10, 5);
        counts["two"].Should().BeCloseTo(Picks / 5, 5);
        counts["seven"].Should().BeCloseTo(Picks * 7 / 10, 5);
    }

    [Test]
    public void PickDestination_FewTimes_IsEvenAlready()
    {
        var policy = new WeightedPolicy(new ScriptedRandom(42));
        var destinations = new[] { Destination("a", 500), Destination("b", 500) };
        var cluster = new ClusterState("c");

        for (var window = 0; window < 100; window++)
        {
            Enumerable.Range(0, 10).Count(_ => policy.PickDestination(Context, cluster, destinations)!.DestinationId == "a").Should().BeInRange(4, 6);
        }
    }

    [Test]
    public void PickDestination_ZeroWeight_IsNeverPicked()
    {
        var counts = Count(new WeightedPolicy(new ScriptedRandom(7)), [Destination("off", 0), Destination("on", 1), Destination("off too", 0)]);

        counts.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create("on", Picks));
    }

    [Test]
    public void PickDestination_OnlyZeroWeightsOrNone_IsNull()
    {
        var policy = new WeightedPolicy(new ScriptedRandom(7));

        policy.PickDestination(Context, new ClusterState("c"), [Destination("off", 0)]).Should().BeNull();
        policy.PickDestination(Context, new ClusterState("c"), []).Should().BeNull();
    }

    [Test]
    public void PickDestination_OneIsUnhealthy_SharesItsPartAmongTheRest()
    {
        var policy = new WeightedPolicy(new ScriptedRandom(7));
        var destinations = new[] { Destination("one", 1), Destination("six", 6), Destination("three", 3) };
        var cluster = new ClusterState("c");
        Count(policy, destinations, cluster)["six"].Should().BeCloseTo(Picks * 6 / 10, 5);

        // YARP hands over the available ones only.
        var counts = Count(policy, [destinations[0], destinations[2]], cluster);

        counts["one"].Should().BeCloseTo(Picks / 4, 5);
        counts["three"].Should().BeCloseTo(Picks * 3 / 4, 5);
    }

    [Test]
    public void PickDestination_WithoutAWeight_CountsAsOne()
    {
        var plain = new DestinationState("plain", new DestinationModel(new DestinationConfig { Address = "http://127.0.0.1:9" }));

        Count(new WeightedPolicy(new ScriptedRandom(7)), [plain, Destination("three", 3)])["plain"].Should().BeCloseTo(Picks / 4, 5);
    }

    [Test]
    public void PickDestination_TwoClusters_StartAtPointsOfTheirOwn()
    {
        // The second cluster's first step lands in the upper half, the first one's in the lower.
        var policy = new WeightedPolicy(new ScriptedRandom(0x61C8_8646_80B5_83EB, 0xE1C8_8646_80B5_83EB));
        var destinations = new[] { Destination("low", 1), Destination("high", 1) };

        policy.PickDestination(Context, new ClusterState("c1"), destinations)!.DestinationId.Should().Be("low");
        policy.PickDestination(Context, new ClusterState("c2"), destinations)!.DestinationId.Should().Be("high");
    }

    [Test]
    public void PickDestination_OnceWarm_AllocatesNothing()
    {
        var policy = new WeightedPolicy(new ScriptedRandom(7));
        var destinations = new[] { Destination("one", 1), Destination("two", 2) };
        var cluster = new ClusterState("c");
        policy.PickDestination(Context, cluster, destinations);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Picks; i++)
        {
            policy.PickDestination(Context, cluster, destinations);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static Dictionary<string, int> Count(WeightedPolicy policy, DestinationState[] destinations, ClusterState? cluster = null)
    {
        cluster ??= new ClusterState("c");
        return Enumerable.Range(0, Picks).Select(_ => policy.PickDestination(Context, cluster, destinations)!.DestinationId)
            .GroupBy(id => id).ToDictionary(g => g.Key, g => g.Count());
    }

    private static DestinationState Destination(string name, int weight) => new(name, new DestinationModel(new DestinationConfig
    {
        Address = "http://127.0.0.1:9",
        Metadata = new Dictionary<string, string> { [ProxyConfigMapper.WeightKey] = weight.ToString(CultureInfo.InvariantCulture) },
    }));
}
