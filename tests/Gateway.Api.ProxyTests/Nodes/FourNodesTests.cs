using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Nodes;

/// <summary>Four nodes over one PostgreSQL and one Redis: what one is told all do, and together they keep the limits.</summary>
[TestFixture("exact")]
[TestFixture("leased")]
public class FourNodesTests(string mode)
{
    private readonly List<TestGateway> _nodes = [];
    private TestDatabase _database = null!;
    private EchoUpstream _upstream = null!;
    private GatewayScenario _scenario = null!;
    private string _apiId = "";
    private string _upstreamId = "";
    private string _consumerId = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _upstream = await EchoUpstream.StartAsync();
        var prefix = "t" + Guid.CreateVersion7().ToString("N")[16..];
        for (var i = 0; i < 4; i++)
        {
            // A node that Redis keeps waiting decides by its share: that is another test's, and a busy machine keeps everybody waiting.
            _nodes.Add(await TestGateway.StartAsync(
                _database, [.. TestGateway.Patient, $"Redis:ConnectionString={TestServers.Redis}", $"Redis:KeyPrefix={prefix}", "Redis:TimeoutMilliseconds=1000", $"RateLimits:Mode={mode}", "Database:PollSeconds=60"]));
        }

        _scenario = await GatewayScenario.SetUpAsync(_nodes[0]);
        _upstreamId = await _scenario.AddUpstreamAsync("echo", _upstream.Address);
        _apiId = await _scenario.AddApiAsync("echo");
        await _scenario.AddRouteAsync(_apiId, _upstreamId, new JsonObject { ["name"] = "all", ["path"] = "/{**rest}", ["order"] = 100 });
        _consumerId = await _scenario.AddConsumerAsync("Acme Corp");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _upstream.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("sliding-window")]
    [TestCase("token-bucket")]
    [TestCase("sliding-log")]
    public async Task Get_OneKeyOnAllNodes_NeverAdmitsMoreThanTheLimit(string algorithm)
    {
        const int limit = 100;
        var tier = GatewayScenario.IdOf(await _scenario.CreateAsync("/tiers", new
        {
            name = $"{mode}-{algorithm}",
            limits = new[] { new { name = "hour", limit, windowSeconds = 3600, algorithm } },
        }));
        var (_, key) = await _scenario.IssueKeyAsync(_consumerId, tierId: tier);
        await EveryNodeAsync(async node => await GetAsync(node, "/gateway/echo/x", key) == HttpStatusCode.OK, "the key is known");

        var admitted = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var status = await GetAsync(_nodes[i % 4], "/gateway/echo/x", key);
            status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
            if (status == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref admitted);
            }
        });

        // Four requests were spent on warming up; a token bucket of 100 an hour refills one in 36 s.
        admitted.Should().BeLessThanOrEqualTo(limit - 4 + 1).And.BeGreaterThan(limit / 2);
    }

    [Test]
    public async Task Post_RouteOnOneNode_ServesOnEveryNodeByItsNotification()
    {
        var (_, key) = await _scenario.IssueKeyAsync(_consumerId, tierId: await _scenario.TierIdAsync("unlimited"));
        await _scenario.AddRouteAsync(_apiId, _upstreamId, new JsonObject { ["name"] = "fresh", ["path"] = "/fresh/x", ["requiredScopes"] = new JsonArray("fresh:read") });

        // The catch-all would answer 200: only the new route demands the scope.
        await EveryNodeAsync(async node => await GetAsync(node, "/gateway/echo/fresh/x", key) == HttpStatusCode.Forbidden, "the new route decides");
    }

    [Test]
    public async Task Revoke_OnOneNode_IsRefusedOnEveryNodeByItsNotification()
    {
        var (id, key) = await _scenario.IssueKeyAsync(_consumerId, tierId: await _scenario.TierIdAsync("unlimited"));
        await EveryNodeAsync(async node => await GetAsync(node, "/gateway/echo/x", key) == HttpStatusCode.OK, "the key is cached");

        await _scenario.SendAsync(HttpMethod.Post, $"/keys/{id}:revoke", new { reason = "leaked" });

        await EveryNodeAsync(async node => await GetAsync(node, "/gateway/echo/x", key) == HttpStatusCode.Unauthorized, "the key is refused");
    }

    private async Task EveryNodeAsync(Func<TestGateway, Task<bool>> holds, string what, TimeSpan? deadline = null)
    {
        foreach (var node in _nodes)
        {
            await Eventually.TrueAsync(() => holds(node), $"{what} on {node.Address}", deadline);
        }
    }

    private static async Task<HttpStatusCode> GetAsync(TestGateway node, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", key);
        using var answer = await node.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
