using System.Net;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Gateway.Api.Proxy.Config;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;
using Yarp.ReverseProxy.Configuration;

namespace DataHub.Gateway.Api.ProxyTests.Config;

public class ProxyConfigMapperTests
{
    [TestCase(LoadBalancing.PowerOfTwo, "PowerOfTwoChoices")]
    [TestCase(LoadBalancing.RoundRobin, "RoundRobin")]
    [TestCase(LoadBalancing.LeastRequests, "LeastRequests")]
    [TestCase(LoadBalancing.Random, "Random")]
    [TestCase(LoadBalancing.Weighted, "Weighted")]
    public void Map_LoadBalancing_NamesThePolicy(LoadBalancing choice, string policy) =>
        Cluster(new UpstreamDefinition("u", choice)).LoadBalancingPolicy.Should().Be(policy);

    [TestCase("1.1", "http://h:1", "1.1", HttpVersionPolicy.RequestVersionOrLower)]
    [TestCase("1.1", "https://h:1", "1.1", HttpVersionPolicy.RequestVersionOrLower)]
    [TestCase("2", "http://h:1", "2.0", HttpVersionPolicy.RequestVersionExact, Description = "prior knowledge")]
    [TestCase("2", "https://h:1", "2.0", HttpVersionPolicy.RequestVersionOrLower, Description = "ALPN may settle on 1.1")]
    public void Map_HttpVersion_IsAskedAsTheSchemeAllows(string version, string url, string asked, HttpVersionPolicy policy)
    {
        var request = Cluster(new UpstreamDefinition("u", Destinations: [new Destination("d", url)], HttpVersion: version)).HttpRequest!;

        request.Version.Should().Be(Version.Parse(asked));
        request.VersionPolicy.Should().Be(policy);
    }

    [Test]
    public void Map_Upstream_CarriesTimeOutsWeightsAndAddressesOfEnabledDestinations()
    {
        var cluster = Cluster(new UpstreamDefinition(
            "u", Destinations: [new Destination("a", "http://h:1", 3), new Destination("b", "http://h:2", 0), new Destination("off", "http://h:3", Enabled: false)], ConnectTimeoutMs: 750, TimeoutSeconds: 9));

        cluster.HttpRequest!.ActivityTimeout.Should().Be(TimeSpan.FromSeconds(9));
        cluster.Metadata![ProxyConfigMapper.ConnectTimeoutKey].Should().Be("750");
        cluster.Destinations!.Keys.Should().BeEquivalentTo("a", "b");
        cluster.Destinations!["a"].Address.Should().Be("http://h:1");
        cluster.Destinations!["a"].Metadata![ProxyConfigMapper.WeightKey].Should().Be("3");
        cluster.Destinations!["b"].Metadata![ProxyConfigMapper.WeightKey].Should().Be("0");
    }

    [TestCase(MatchMode.Exact, HeaderMatchMode.ExactHeader)]
    [TestCase(MatchMode.Prefix, HeaderMatchMode.HeaderPrefix)]
    [TestCase(MatchMode.Contains, HeaderMatchMode.Contains)]
    [TestCase(MatchMode.NotContains, HeaderMatchMode.NotContains)]
    [TestCase(MatchMode.Exists, HeaderMatchMode.Exists)]
    [TestCase(MatchMode.NotExists, HeaderMatchMode.NotExists)]
    public void Map_HeaderMatch_KeepsModeAndCase(MatchMode mode, HeaderMatchMode mapped)
    {
        IReadOnlyList<string>? values = mode is MatchMode.Exists or MatchMode.NotExists ? null : ["v"];
        var header = Route(r => r with { Headers = [new ValueMatch("X-A", values, mode, CaseSensitive: true)] }).Match.Headers!.Single();

        header.Mode.Should().Be(mapped);
        header.Name.Should().Be("X-A");
        header.IsCaseSensitive.Should().BeTrue();
        (header.Values?.Count ?? 0).Should().Be(values?.Count ?? 0);
    }

    [Test]
    public void Map_Route_SwitchesYarpsOwnForwardedHeadersOffAndNamesRouteAndCluster()
    {
        var route = Route(r => r with { Methods = ["GET", "POST"] });

        route.RouteId.Should().StartWith("rte_");
        route.ClusterId.Should().StartWith("ups_");
        route.Match.Methods.Should().BeEquivalentTo("GET", "POST");
        route.Match.Hosts.Should().BeNull("hosts are matched by the gateway's own policy");
        route.Transforms!.SelectMany(t => t).Should().Contain(KeyValuePair.Create("X-Forwarded", "Off"));
    }

    private static ClusterConfig Cluster(UpstreamDefinition definition)
    {
        var snapshot = new RoutingDocumentBuilder().WithUpstream(definition, out var id).Compile();
        return ProxyConfigMapper.Map(snapshot.Upstreams[id.ToString()]);
    }

    private static RouteConfig Route(Func<RouteDefinition, RouteDefinition> change)
    {
        GatewaySnapshot snapshot = new RoutingDocumentBuilder().WithRoute("r", "/r", change).Compile();
        return ProxyConfigMapper.Map(snapshot.Routes.Values.Single());
    }
}
