using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Wire;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests;

/// <summary>A gateway with one upstream that keeps the raw bytes, one API <c>raw</c>, one open-ended route and one key that may use it.</summary>
public abstract class ProxyTests
{
    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Gateway { get; private set; } = null!;

    protected GatewayScenario Scenario { get; private set; } = null!;

    protected RawUpstream Upstream { get; private set; } = null!;

    protected string UpstreamId { get; private set; } = "";

    protected string ApiId { get; private set; } = "";

    protected string ConsumerId { get; private set; } = "";

    protected string Key { get; private set; } = "";

    protected string KeyId { get; private set; } = "";

    protected virtual string[] Settings => [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Gateway = await TestGateway.StartAsync(Database, [.. TestGateway.Patient, .. Settings]);
        Scenario = await GatewayScenario.SetUpAsync(Gateway);
        Upstream = new RawUpstream();
        UpstreamId = await Scenario.AddUpstreamAsync("raw", Upstream.Address);
        ApiId = await Scenario.AddApiAsync("raw");
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "all", ["path"] = "/{**rest}", ["order"] = 100, ["requiredScopes"] = new JsonArray("raw:read") });
        ConsumerId = await Scenario.AddConsumerAsync("Acme Corp");
        (KeyId, Key) = await Scenario.IssueKeyAsync(ConsumerId, ["raw:*"], await Scenario.TierIdAsync("unlimited"));
        await ArrangeAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        await Database.DisposeAsync();
    }

    [SetUp]
    public void Forget()
    {
        Upstream.Forget();
        Upstream.Answer = RawUpstream.DefaultAnswer;
    }

    protected virtual Task ArrangeAsync() => Task.CompletedTask;

    /// <summary>Sends a GET with the key; the extra lines end in CRLF each.</summary>
    protected Task<RawAnswer> GetAsync(string target, string extraLines = "") =>
        RawHttp.SendAsync(Gateway.Address, $"GET {target} HTTP/1.1\r\nHost: gateway.example\r\nX-API-Key: {Key}\r\n{extraLines}\r\n");

    protected Task<RawAnswer> SendAsync(string request) => RawHttp.SendAsync(Gateway.Address, request);
}
