using System.Net;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Upstreams;
using FluentAssertions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Yarp.ReverseProxy;

namespace DataHub.Gateway.Api.ProxyTests.Config;

/// <summary>What YARP makes anew when a snapshot changes, and what it keeps: connections and requests in flight above all.</summary>
public class SnapshotSwapTests
{
    private EchoUpstream _upstream = null!;
    private TestProxy _proxy = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _upstream = await EchoUpstream.StartAsync();
        _proxy = await TestProxy.StartAsync(forward: true);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Apply_AnotherConnectTimeout_BuildsANewClient()
    {
        await ApplyAsync(Configuration(connectTimeoutMs: 1000));
        var before = ClientOf("other");

        await ApplyAsync(Configuration(connectTimeoutMs: 2000));

        ClientOf("other").Should().NotBeSameAs(before);
    }

    [Test]
    public async Task Apply_UpstreamUnchanged_KeepsItsClient()
    {
        await ApplyAsync(Configuration(connectTimeoutMs: 1000));
        var before = ClientOf("shop");

        await ApplyAsync(Configuration(connectTimeoutMs: 2000, scope: "new:scope"));

        ClientOf("shop").Should().BeSameAs(before);
    }

    [Test]
    public async Task Apply_OtherDestinations_KeepsTheClient()
    {
        await ApplyAsync(Configuration());
        var before = ClientOf("other");

        await ApplyAsync(Configuration(destinations: 2));

        ClientOf("other").Should().BeSameAs(before);
    }

    [Test]
    public async Task Apply_AnotherScope_RebuildsThatEndpointAndNoOther()
    {
        await ApplyAsync(Configuration(scope: "a:read"));
        var (changing, staying) = (EndpointOf("changing"), EndpointOf("staying"));

        await ApplyAsync(Configuration(scope: "a:write"));

        EndpointOf("changing").Should().NotBeSameAs(changing);
        EndpointOf("changing").Metadata.GetMetadata<CompiledRoute>()!.RequiredScopes.Should().Equal("a:write");
        EndpointOf("staying").Should().BeSameAs(staying);
    }

    [Test]
    public async Task Apply_RouteLeaves_IsNotServedFromThenOn()
    {
        await ApplyAsync(Configuration());
        (await _proxy.Client.GetAsync("/changing/x")).StatusCode.Should().Be(HttpStatusCode.OK);

        await ApplyAsync(Configuration(withChanging: false));

        (await _proxy.Client.GetAsync("/changing/x")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Apply_WhileARequestIsInFlight_LetsItEndAsItBegan()
    {
        await ApplyAsync(Configuration(connectTimeoutMs: 1000, target: "other"));
        using var response = await _proxy.Client.GetAsync("/changing/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("data: 1");

        // The route goes away, and the client of its upstream is replaced.
        await ApplyAsync(Configuration(connectTimeoutMs: 2000, withChanging: false));
        await ApplyAsync(Configuration(connectTimeoutMs: 3000, withChanging: false));
        for (var i = 0; i < 3; i++)
        {
            _upstream.ReleaseEvent();
        }

        (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(15))).Should().Be("\ndata: 2\n\ndata: 3\n\n");
    }

    [Test]
    public async Task Apply_WeightedUpstream_SendsWhereTheWeightIs()
    {
        await using var heavy = new RawUpstream();
        var builder = new RoutingDocumentBuilder(url: _upstream.Address)
            .WithUpstream(new UpstreamDefinition("w", LoadBalancing.Weighted, [new Destination("none", _upstream.Address, 0), new Destination("all", heavy.Address)]), out var id)
            .WithRoute("weighted", "/weighted", r => r with { UpstreamId = id });
        await ApplyAsync(builder.Compile());

        for (var i = 0; i < 5; i++)
        {
            (await _proxy.Client.GetStringAsync("/weighted")).Should().Be("ok");
        }

        heavy.Requests.Should().HaveCount(5);
    }

    private GatewaySnapshot Configuration(int connectTimeoutMs = 1000, string scope = "a:read", int destinations = 1, bool withChanging = true, string target = "shop")
    {
        var builder = new RoutingDocumentBuilder(url: _upstream.Address)
            .WithUpstream(new UpstreamDefinition("other", Destinations: [.. Enumerable.Range(0, destinations).Select(i => new Destination("d" + i, _upstream.Address))], ConnectTimeoutMs: connectTimeoutMs), out var other)
            .WithRoute("staying", "/staying/{**rest}");
        if (withChanging)
        {
            builder.WithRoute("changing", "/changing/{**rest}", r => r with { RequiredScopes = [scope], UpstreamId = target == "other" ? other : r.UpstreamId });
        }

        return builder.Compile();
    }

    private async Task ApplyAsync(GatewaySnapshot snapshot)
    {
        (await _proxy.ApplyAsync(snapshot)).Should().BeNull();
        Current = snapshot;
    }

    private GatewaySnapshot Current { get; set; } = GatewaySnapshot.Empty;

    private HttpMessageInvoker ClientOf(string upstream)
    {
        var id = Current.Upstreams.Values.Single(u => u.Name == upstream).IdText;
        _proxy.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster(id, out var cluster).Should().BeTrue();
        return cluster!.Model.HttpClient;
    }

    private RouteEndpoint EndpointOf(string route) =>
        _proxy.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(e => e.Metadata.GetMetadata<CompiledRoute>()?.Name == route);
}
