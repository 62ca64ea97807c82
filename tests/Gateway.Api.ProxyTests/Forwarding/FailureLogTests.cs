using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using DataHub.TestKit.Wire;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>The log says why an upstream failed, and nothing of the caller's secrets.</summary>
public class FailureLogTests
{
    private readonly Lines _lines = new();
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private GatewayScenario _scenario = null!;
    private string _apiId = "";
    private string _key = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database, services => services.AddSingleton<ILoggerProvider>(_lines), TestGateway.Patient);
        _scenario = await GatewayScenario.SetUpAsync(_gateway);
        _apiId = await _scenario.AddApiAsync("raw");
        (_, _key) = await _scenario.IssueKeyAsync(await _scenario.AddConsumerAsync("Acme Corp"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Get_NobodyListens_IsOneLineWithTheCause()
    {
        string address;
        await using (var gone = new ScriptedUpstream())
        {
            address = gone.Address;
        }

        await FailAsync("gone", address, 502);

        _lines.Of("gone", address).Should().ContainSingle().Which.Should().Contain("refused").And.NotContain(_key);
    }

    [Test]
    public async Task Get_AnswerThatIsNotHttp_IsOneLineWithoutAWordOfIt()
    {
        await using var upstream = new ScriptedUpstream
        {
            Script = async connection =>
            {
                await connection.ReadHeadAsync();
                await connection.SendAsync("SSH-2.0 of the upstream\r\n\r\n");
            },
        };

        await FailAsync("ssh", upstream.Address, 502);

        _lines.Of("ssh", upstream.Address).Should().ContainSingle().Which.Should().Contain("status line").And.NotContain("SSH").And.NotContain(_key);
    }

    [Test]
    public async Task Get_CallerLeaves_IsNoFailureOfTheUpstream()
    {
        await using var upstream = new ScriptedUpstream
        {
            Script = async connection =>
            {
                await connection.ReadHeadAsync();
                await connection.UntilHungUpAsync();
            },
        };
        await AddAsync("left", upstream.Address);
        using var leave = new CancellationTokenSource();
        var call = _gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/gateway/raw/left/x") { Headers = { { "X-API-Key", _key } } }, leave.Token);
        await Eventually.TrueAsync(() => upstream.Requests.Count == 1, "the upstream has it");

        await leave.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await _scenario.LogsAsync("pathPrefix=/gateway/raw/left", 1);
        _lines.Of("left", upstream.Address).Should().BeEmpty();
    }

    private async Task FailAsync(string name, string address, int status)
    {
        await AddAsync(name, address);
        var answer = await RawHttp.SendAsync(_gateway.Address, $"GET /gateway/raw/{name}/x HTTP/1.1\r\nHost: h\r\nX-API-Key: {_key}\r\n\r\n");
        answer.Status.Should().Be(status, answer.Text);
    }

    private async Task AddAsync(string name, string address) => await _scenario.AddRouteAsync(
        _apiId, await _scenario.AddUpstreamAsync(name, address), new JsonObject { ["name"] = name, ["path"] = $"/{name}/{{**rest}}" });

    /// <summary>Keeps the lines of the forwarder.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Of(string path, string address) => _lines.Where(l => l.Contains(address.TrimEnd('/'), StringComparison.Ordinal) || l.Contains($"/{path}/", StringComparison.Ordinal));

        public ILogger CreateLogger(string categoryName) =>
            categoryName.Contains(".Proxy.Forwarding.", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
