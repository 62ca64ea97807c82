using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Nodes;

/// <summary>Streams and WebSockets end with the key that opened them, also when another node is told.</summary>
public class OpenStreamTests
{
    private const string Switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private TestDatabase _database = null!;
    private TestGateway _told = null!;
    private TestGateway _serving = null!;
    private EchoUpstream _echo = null!;
    private RawUpstream _sockets = null!;
    private GatewayScenario _scenario = null!;
    private string _consumerId = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _echo = await EchoUpstream.StartAsync();
        _sockets = new RawUpstream { Answer = Switch };
        _told = await TestGateway.StartAsync(_database, TestGateway.Patient);
        _serving = await TestGateway.StartAsync(_database, TestGateway.Patient);
        _scenario = await GatewayScenario.SetUpAsync(_told);
        var api = await _scenario.AddApiAsync("open");
        await _scenario.AddRouteAsync(api, await _scenario.AddUpstreamAsync("echo", _echo.Address), new JsonObject { ["name"] = "streams", ["path"] = "/streams/{**rest}" });
        await _scenario.AddRouteAsync(api, await _scenario.AddUpstreamAsync("sockets", _sockets.Address), new JsonObject { ["name"] = "sockets", ["path"] = "/sockets/{**rest}" });
        _consumerId = await _scenario.AddConsumerAsync("Acme Corp");
        await Eventually.TrueAsync(async () => (await _serving.Client.GetAsync("/gateway/open/sockets/x")).StatusCode == System.Net.HttpStatusCode.Unauthorized, "the other node has the routes");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _told.DisposeAsync();
        await _serving.DisposeAsync();
        await _echo.DisposeAsync();
        await _sockets.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("streams/events", "/keys/{key}:revoke", null, "api_key_revoked")]
    [TestCase("streams/events", "/keys/{key}:rotate", """{"graceSeconds":0}""", "api_key_expired")]
    [TestCase("streams/events", "/consumers/{consumer}:suspend", null, "consumer_suspended")]
    [TestCase("sockets/x", "/keys/{key}:revoke", null, "api_key_revoked")]
    [TestCase("sockets/x", "/keys/{key}:disable", null, "api_key_disabled")]
    [TestCase("sockets/x", "/keys/{key}:rotate", """{"graceSeconds":2}""", "api_key_expired")]
    public async Task AnyChange_OnAnotherNode_ClosesWhatTheKeyOpened(string path, string action, string? body, string code)
    {
        var consumer = action.Contains("consumer", StringComparison.Ordinal) ? await _scenario.AddConsumerAsync("Suspended " + path) : _consumerId;
        var (id, key) = await _scenario.IssueKeyAsync(consumer);
        using var stream = await OpenAsync(path, key);
        using var bystander = await OpenAsync(path, (await _scenario.IssueKeyAsync(_consumerId)).Secret);

        var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _scenario.SendAsync(
            HttpMethod.Post, action.Replace("{key}", id, StringComparison.Ordinal).Replace("{consumer}", consumer, StringComparison.Ordinal), content);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());

        (await ClosesAsync(stream, Patience)).Should().BeTrue();
        (await ClosesAsync(bystander, TimeSpan.FromMilliseconds(300))).Should().BeFalse("other keys are left alone");
        var entry = (await _scenario.LogsAsync($"key={id}", 1))[0]!;
        ((string)entry["problem"]!["code"]!).Should().Be(code);
    }

    private async Task<TcpClient> OpenAsync(string path, string key)
    {
        var uri = new Uri(_serving.Address);
        var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port);
        var upgrade = path.StartsWith("sockets", StringComparison.Ordinal) ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "";
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET /gateway/open/{path} HTTP/1.1\r\nHost: h\r\nX-API-Key: {key}\r\n{upgrade}\r\n"));
        var head = "";
        var buffer = new byte[4096];
        using var timeout = new CancellationTokenSource(Patience);
        while (!head.Contains(upgrade.Length > 0 ? "\r\n\r\n" : "data: 1", StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer, timeout.Token);
            read.Should().BePositive(head);
            head += Encoding.Latin1.GetString(buffer, 0, read);
        }

        head.Should().StartWith(upgrade.Length > 0 ? "HTTP/1.1 101" : "HTTP/1.1 200");
        return client;
    }

    private static async Task<bool> ClosesAsync(TcpClient client, TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
        var buffer = new byte[4096];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, timeout.Token) > 0)
            {
                // What was under way.
            }

            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
