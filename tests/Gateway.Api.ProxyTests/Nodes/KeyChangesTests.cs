using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Nodes;

/// <summary>Four nodes under load: what is acknowledged for a key on one of them holds on all within a second, and ends to the instant.</summary>
public class KeyChangesTests
{
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(1);

    private readonly List<TestGateway> _nodes = [];
    private TestDatabase _database = null!;
    private EchoUpstream _upstream = null!;
    private GatewayScenario _scenario = null!;
    private string _apiId = "";
    private string _consumerId = "";
    private string _unlimited = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _upstream = await EchoUpstream.StartAsync();
        var prefix = "t" + Guid.CreateVersion7().ToString("N")[16..];
        for (var i = 0; i < 4; i++)
        {
            _nodes.Add(await TestGateway.StartAsync(
                _database, [.. TestGateway.Patient, $"Redis:ConnectionString={TestServers.Redis}", $"Redis:KeyPrefix={prefix}", "RateLimits:Mode=local", "ApiKeys:LastUsedSeconds=1"]));
        }

        _scenario = await GatewayScenario.SetUpAsync(_nodes[0]);
        var upstreamId = await _scenario.AddUpstreamAsync("echo", _upstream.Address);
        _apiId = await _scenario.AddApiAsync("echo");
        await _scenario.AddRouteAsync(_apiId, upstreamId, new JsonObject { ["name"] = "all", ["path"] = "/{**rest}", ["order"] = 100 });
        await _scenario.AddRouteAsync(_apiId, upstreamId, new JsonObject { ["name"] = "scoped", ["path"] = "/scoped/{**rest}", ["requiredScopes"] = new JsonArray("echo:read") });
        _consumerId = await _scenario.AddConsumerAsync("Acme Corp");
        _unlimited = await _scenario.TierIdAsync("unlimited");
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

    [TestCase("/keys/{key}:revoke", "POST", null, HttpStatusCode.Unauthorized)]
    [TestCase("/keys/{key}:disable", "POST", null, HttpStatusCode.Unauthorized)]
    [TestCase("/keys/{key}:rotate", "POST", """{"graceSeconds":0}""", HttpStatusCode.Unauthorized)]
    [TestCase("/keys/{key}", "PATCH", """{"scopes":[]}""", HttpStatusCode.Forbidden)]
    [TestCase("/keys/{key}", "DELETE", null, HttpStatusCode.Unauthorized)]
    public async Task AnyChange_UnderLoad_HoldsOnEveryNodeWithinASecondOfTheAnswer(string path, string method, string? body, HttpStatusCode then)
    {
        var (id, key) = await _scenario.IssueKeyAsync(_consumerId, ["echo:read"], _unlimited);
        var load = new Load(_nodes, "/gateway/echo/scoped/x", key);
        await load.WarmUpAsync(HttpStatusCode.OK);
        load.Start();

        var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _scenario.SendAsync(new HttpMethod(method), path.Replace("{key}", id, StringComparison.Ordinal), content);
        var acknowledged = TimeProvider.System.GetUtcNow();

        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        var sent = await load.StopAsync(after: Reach * 2);
        sent.Where(s => s.At > acknowledged && s.Node == 0).Should().OnlyContain(s => s.Status == then, "the node that answered knows at once");
        sent.Where(s => s.At > acknowledged + Reach).Should().NotBeEmpty().And.OnlyContain(s => s.Status == then, "every node knows within a second");
        sent.Select(s => s.Status).Should().OnlyContain(s => s == HttpStatusCode.OK || s == then, "and nothing else is ever said");
    }

    // A change that no notification tells of, as when the listening connections are cut: the list of changes has it.
    [Test]
    public async Task Revoke_NotificationLost_IsRefusedOnEveryNodeWithinFiveSeconds()
    {
        var (id, key) = await _scenario.IssueKeyAsync(_consumerId, ["echo:read"], _unlimited);
        var load = new Load(_nodes, "/gateway/echo/scoped/x", key);
        await load.WarmUpAsync(HttpStatusCode.OK);
        load.Start();

        var uuid = EntityId.TryParse<ApiKeyId>(id, out var parsed) ? parsed.Value : default;
        await _database.ExecuteAsync($"""
            BEGIN;
            UPDATE access.api_keys SET revoked_at = now(), version = version + 1 WHERE id = '{uuid}';
            INSERT INTO platform.changes (topic, payload) VALUES ('keys', '{id}');
            COMMIT;
            """);
        var committed = TimeProvider.System.GetUtcNow();

        var sent = await load.StopAsync(after: TimeSpan.FromSeconds(6));
        sent.Where(s => s.At > committed + TimeSpan.FromSeconds(5)).Should().NotBeEmpty().And.OnlyContain(s => s.Status == HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Rotate_WithGrace_BothSecretsWorkOnEveryNodeUntilTheInstantItEnds()
    {
        var (id, old) = await _scenario.IssueKeyAsync(_consumerId, ["echo:read"], _unlimited);
        var oldLoad = new Load(_nodes, "/gateway/echo/scoped/x", old);
        await oldLoad.WarmUpAsync(HttpStatusCode.OK);
        oldLoad.Start();

        using var answer = await _scenario.SendAsync(HttpMethod.Post, $"/keys/{id}:rotate", new { graceSeconds = 3, reason = "scheduled" });
        var rotated = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var end = DateTimeOffset.Parse((string)rotated["data"]!["secrets"]![0]!["expiresAt"]!, CultureInfo.InvariantCulture);
        var newLoad = new Load(_nodes, "/gateway/echo/scoped/x", (string)rotated["secret"]!);
        newLoad.Start();
        var fresh = await newLoad.StopAsync(after: TimeSpan.FromSeconds(4.5));
        var worn = await oldLoad.StopAsync(after: TimeSpan.Zero);

        fresh.Should().NotBeEmpty().And.OnlyContain(s => s.Status == HttpStatusCode.OK);

        // The instant is printed in milliseconds.
        var tolerance = TimeSpan.FromMilliseconds(1);
        worn.Where(s => s.AnsweredAt < end - tolerance).Should().NotBeEmpty().And.OnlyContain(s => s.Status == HttpStatusCode.OK);
        foreach (var node in Enumerable.Range(0, 4))
        {
            worn.Where(s => s.Node == node && s.At > end + tolerance).Should().NotBeEmpty().And.OnlyContain(s => s.Status == HttpStatusCode.Unauthorized);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                var shown = JsonNode.Parse(await (await _scenario.SendAsync(HttpMethod.Get, $"/keys/{id}")).Content.ReadAsStringAsync())!["data"]!["secrets"]!.AsArray();
                return (long)shown[0]!["requestsSinceRotation"]! > 0 && shown[0]!["addresses"]!.AsArray().Count == 1
                    && (string)shown[0]!["addresses"]![0]!["address"]! is "127.0.0.1" or "::/64" && (long)shown[1]!["requestsSinceRotation"]! == 0;
            },
            "the key shows who still came with the old secret");
    }

    [Test]
    public async Task Patch_TierUnderLoad_CountsByTheNewTierOnEveryNodeWithinASecond()
    {
        var tier = GatewayScenario.IdOf(await _scenario.CreateAsync("/tiers", new { name = "tight", limits = new[] { new { name = "hour", limit = 1, windowSeconds = 3600 } } }));
        var (id, key) = await _scenario.IssueKeyAsync(_consumerId, ["echo:read"], _unlimited);
        var load = new Load(_nodes, "/gateway/echo/scoped/x", key);
        await load.WarmUpAsync(HttpStatusCode.OK);
        load.Start();

        using var answer = await _scenario.SendAsync(HttpMethod.Patch, $"/keys/{id}", new { tierId = tier });
        var acknowledged = TimeProvider.System.GetUtcNow();

        var sent = await load.StopAsync(after: Reach * 2);
        sent.Where(s => s.At > acknowledged + Reach).Should().NotBeEmpty().And.OnlyContain(s => s.Status == HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task Patch_ApiPermissions_GrantOnThatApiOnEveryNode()
    {
        var (id, key) = await _scenario.IssueKeyAsync(_consumerId, ["other:read"], _unlimited);
        var load = new Load(_nodes, "/gateway/echo/scoped/x", key);
        await load.WarmUpAsync(HttpStatusCode.Forbidden);

        await _scenario.SendAsync(HttpMethod.Patch, $"/keys/{id}", new { apiPermissions = new[] { new { apiId = _apiId, scopes = new[] { "*:read" } } } });

        await load.WarmUpAsync(HttpStatusCode.OK);
    }

    [Test]
    public async Task Metrics_AfterARevocation_ShowThatEveryNodeKnewWithinASecond()
    {
        var before = await Task.WhenAll(_nodes.Select(LagAsync));
        var (id, _) = await _scenario.IssueKeyAsync(_consumerId);
        await _scenario.SendAsync(HttpMethod.Post, $"/keys/{id}:revoke");

        for (var i = 0; i < _nodes.Count; i++)
        {
            var (node, then) = (_nodes[i], before[i]);
            await Eventually.TrueAsync(async () => (await LagAsync(node)).Count > then.Count, "the lag is shown");
            var now = await LagAsync(node);
            (now.WithinASecond - then.WithinASecond).Should().Be(now.Count - then.Count);
        }
    }

    // How many changes this node was told of, and of how many within a second of their commit.
    private static async Task<(double Count, double WithinASecond)> LagAsync(TestGateway node)
    {
        var lines = (await node.Client.GetStringAsync("/metrics")).Split('\n').Where(l => l.StartsWith("datahub_key_invalidation_lag_seconds_", StringComparison.Ordinal)).ToList();
        return (Sum("_count"), Sum("le=\"1\""));

        double Sum(string mark) => lines.Where(l => l.Contains(mark, StringComparison.Ordinal)).Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>One request after the other to each node, until it is stopped.</summary>
    private sealed class Load(IReadOnlyList<TestGateway> nodes, string path, string key)
    {
        private readonly List<Task<List<Sent>>> _senders = [];
        private readonly CancellationTokenSource _stop = new();

        public async Task WarmUpAsync(HttpStatusCode status)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                var node = i;
                await Eventually.TrueAsync(async () => (await SendAsync(node)).Status == status, $"node {node} answers {status}");
            }
        }

        public void Start() => _senders.AddRange(Enumerable.Range(0, nodes.Count).Select(node => Task.Run(() => SendOnAsync(node))));

        public async Task<List<Sent>> StopAsync(TimeSpan after)
        {
            _stop.CancelAfter(after);
            var sent = await Task.WhenAll(_senders);
            _stop.Dispose();
            return [.. sent.SelectMany(s => s)];
        }

        private async Task<List<Sent>> SendOnAsync(int node)
        {
            var sent = new List<Sent>();
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(15));
            while (!_stop.IsCancellationRequested)
            {
                sent.Add(await SendAsync(node));
                await pace.WaitForNextTickAsync();
            }

            return sent;
        }

        private async Task<Sent> SendAsync(int node)
        {
            var at = TimeProvider.System.GetUtcNow();
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-API-Key", key);
            using var answer = await nodes[node].Client.SendAsync(request);
            return new Sent(node, at, TimeProvider.System.GetUtcNow(), answer.StatusCode);
        }
    }

    private sealed record Sent(int Node, DateTimeOffset At, DateTimeOffset AnsweredAt, HttpStatusCode Status);
}
