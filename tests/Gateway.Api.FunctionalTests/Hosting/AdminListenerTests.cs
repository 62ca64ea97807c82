using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>The admin API on a port of its own.</summary>
public class AdminListenerTests
{
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private EchoUpstream _upstream = null!;
    private HttpClient _admin = null!;
    private HttpClient _traffic = null!;
    private string _adminKey = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var scenario = await ArrangeAsync();
        _adminKey = scenario.AdminKey;
        await scenario.Gateway.DisposeAsync();

        var port = FreePort.Find();
        _gateway = await TestGateway.StartAsync(_database, [.. TestGateway.Patient, $"Gateway:AdminPort={port}"]);
        _admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _traffic = new HttpClient { BaseAddress = new Uri(_gateway.Address) };
        _traffic.BaseAddress.Port.Should().NotBe(port);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin?.Dispose();
        _traffic?.Dispose();
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_upstream is not null)
        {
            await _upstream.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [TestCase("/api/v1/apis")]
    [TestCase("/openapi/v1.json")]
    [TestCase("/docs")]
    [TestCase("/console/set-password")]
    [TestCase("/console/set-password.js")]
    public async Task Get_OwnSurface_IsServedOnTheAdminPortOnly(string path)
    {
        (await GetAsync(_admin, path)).StatusCode.Should().Be(HttpStatusCode.OK);

        var refused = await GetAsync(_traffic, path);
        refused.StatusCode.Should().Be(HttpStatusCode.NotFound);
        refused.Headers.GetValues("DataHub-Origin").Should().Equal("gateway");
        (await CodeAsync(refused)).Should().Be("route_not_found");
    }

    [TestCase("/health/ready")]
    [TestCase("/health/live")]
    [TestCase("/metrics")]
    public async Task Get_HealthAndMetrics_AreServedOnBoth(string path)
    {
        (await GetAsync(_admin, path)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(_traffic, path)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    // A path like one of the gateway's own, under a host that the route claims, is traffic all the same.
    [TestCase("/gateway/shop/orders", null)]
    [TestCase("/api/v1/orders", "api.acme.example")]
    [TestCase("/docs/orders", "api.acme.example")]
    public async Task Get_Route_IsServedOnTheOtherPortsOnly(string path, string? host)
    {
        (await GetAsync(_traffic, path, host)).StatusCode.Should().Be(HttpStatusCode.OK);

        var refused = await GetAsync(_admin, path, host);
        refused.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await CodeAsync(refused)).Should().Be("not_found");
    }

    [Test]
    public async Task Get_PathOfNothing_Is404OnBoth()
    {
        (await CodeAsync(await GetAsync(_admin, "/nothing"))).Should().Be("route_not_found");
        (await CodeAsync(await GetAsync(_traffic, "/nothing"))).Should().Be("route_not_found");
        (await CodeAsync(await GetAsync(_admin, "/api/v1/nothing"))).Should().Be("not_found");
    }

    // Everything is made while one port serves all: the scenarios know one address.
    private async Task<GatewayScenario> ArrangeAsync()
    {
        var gateway = await TestGateway.StartAsync(_database, TestGateway.Patient);
        var scenario = await GatewayScenario.SetUpAsync(gateway);
        _upstream = await EchoUpstream.StartAsync();
        var upstream = await scenario.AddUpstreamAsync("shop", _upstream.Address);
        var api = await scenario.AddApiAsync("shop");
        await scenario.AddRouteAsync(api, upstream, new JsonObject { ["name"] = "all", ["path"] = "/{**rest}", ["auth"] = Open() });
        var bare = await scenario.AddApiAsync("bare", "/");
        foreach (var name in new[] { "api", "docs" })
        {
            await scenario.AddRouteAsync(bare, upstream, new JsonObject { ["name"] = name, ["path"] = $"/{name}/{{**rest}}", ["hosts"] = new JsonArray("api.acme.example"), ["auth"] = Open() });
        }

        return scenario;

        static JsonObject Open() => new() { ["mode"] = "none" };
    }

    private Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string? host = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", _adminKey);
        request.Headers.Host = host;
        return client.SendAsync(request);
    }

    private static async Task<string> CodeAsync(HttpResponseMessage answer) => (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!;
}
