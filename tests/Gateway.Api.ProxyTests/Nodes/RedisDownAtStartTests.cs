using System.Net;
using System.Text.Json.Nodes;
using DataHub.Application.Routing.Contracts;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Nodes;

/// <summary>Four nodes that were all started while Redis was away: they know of each other by the database.</summary>
public class RedisDownAtStartTests
{
    private readonly List<TestGateway> _nodes = [];
    private TestDatabase _database = null!;
    private EchoUpstream _upstream = null!;
    private GatewayScenario _scenario = null!;
    private string _consumerId = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _upstream = await EchoUpstream.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            _nodes.Add(await TestGateway.StartAsync(_database, [.. TestGateway.Patient, "Redis:ConnectionString=127.0.0.1:1", $"Gateway:NodeName=node-{i}"]));
        }

        _scenario = await GatewayScenario.SetUpAsync(_nodes[0]);
        var upstream = await _scenario.AddUpstreamAsync("echo", _upstream.Address);
        var api = await _scenario.AddApiAsync("echo");
        await _scenario.AddRouteAsync(api, upstream, new JsonObject { ["name"] = "all", ["path"] = "/{**rest}" });
        _consumerId = await _scenario.AddConsumerAsync("Acme Corp");
        await Eventually.TrueAsync(async () => (await KnownNodesAsync()).All(n => n == 4), "every node knows of all four");
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

    [TestCase("sliding-window", 100)]
    [TestCase("token-bucket", 100)]
    [TestCase("sliding-log", 50)]
    [TestCase("sliding-window", 3)]
    [TestCase("sliding-window", 10)]
    public async Task Get_OneKeyOnAllNodes_AdmitsTheLimitTogether(string algorithm, int limit)
    {
        var tier = GatewayScenario.IdOf(await _scenario.CreateAsync("/tiers", new
        {
            name = $"{algorithm}-{limit}",
            limits = new[] { new { name = "hour", limit, windowSeconds = 3600, algorithm } },
        }));
        var (_, key) = await _scenario.IssueKeyAsync(_consumerId, tierId: tier);
        var epoch = EpochOf(_nodes[0]);
        await Eventually.TrueAsync(() => _nodes.All(n => EpochOf(n) >= epoch), "every node knows the tier");
        var admitted = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var status = await GetAsync(_nodes[i % 4], key);
            status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
            if (status == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref admitted);
            }
        });

        TestContext.Out.WriteLine($"{admitted} of {limit}");
        admitted.Should().BeInRange(limit, algorithm == "token-bucket" ? limit + 1 : limit, "the shares of all nodes are the limit");
    }

    [Test]
    public async Task Nodes_AsTheAdministratorSeesThem_AreFourAndAlive()
    {
        var answer = await _scenario.SendAsync(HttpMethod.Get, "/system/nodes");
        var nodes = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["data"]!.AsArray();

        nodes.Select(n => (string)n!["name"]!).Should().Equal("node-0", "node-1", "node-2", "node-3");
        nodes.Should().OnlyContain(n => (string)n!["state"]! == "alive");
        nodes.Count(n => (bool)n!["isSelf"]!).Should().Be(1);
        (await _scenario.Gateway.Client.GetAsync("/api/v1/system/nodes")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Health_RedisAway_SaysSoAndStaysReady()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await _nodes[0].Client.GetAsync("/health/ready");
                var report = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

                answer.StatusCode.Should().Be(HttpStatusCode.OK);
                ((string)report["status"]!).Should().Be("degraded");
                ((string)report["checks"]!["redis"]!).Should().Be("degraded");
                return (string)report["checks"]!["database"]! == "up";
            },
            "the database is up");
    }

    private static long EpochOf(TestGateway node) => node.Services.GetRequiredService<IGatewaySnapshotSource>().Current.Epoch;

    private async Task<int[]> KnownNodesAsync() => await Task.WhenAll(_nodes.Select(async node =>
    {
        var answer = await new GatewayScenario(node, _scenario.AdminKey).SendAsync(HttpMethod.Get, "/system/info");
        return (int)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["data"]!["knownNodes"]!;
    }));

    private static async Task<HttpStatusCode> GetAsync(TestGateway node, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gateway/echo/x");
        request.Headers.Add("X-API-Key", key);
        using var answer = await node.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
