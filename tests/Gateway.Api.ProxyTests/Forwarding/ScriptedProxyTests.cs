using System.Text.Json.Nodes;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>A gateway before an upstream that does what each test says.</summary>
public abstract class ScriptedProxyTests : ProxyTests
{
    /// <summary>Property of a test: after how many seconds without a sign the gateway gives its upstream up. 30 unless told otherwise.</summary>
    protected const string TimeoutSeconds = "TimeoutSeconds";

    private const string Path = "/gateway/raw/scripted";

    private int _count;
    private string _routeId = "";

    protected ScriptedUpstream Scripted { get; private set; } = null!;

    protected string Target => $"{Path}{_count}/x";

    /// <summary>Every test has an upstream of its own, so that no connection is left from another.</summary>
    [SetUp]
    public async Task AddScriptedAsync()
    {
        Scripted = new ScriptedUpstream();
        var name = $"scripted{++_count}";
        var timeoutSeconds = (int)(TestContext.CurrentContext.Test.Properties.Get(TimeoutSeconds) ?? 30);
        var upstream = GatewayScenario.IdOf(await Scenario.CreateAsync("/upstreams", new { name, timeoutSeconds, destinations = new[] { new { name = "d", url = Scripted.Address } } }));
        _routeId = await Scenario.AddRouteAsync(ApiId, upstream, new JsonObject { ["name"] = name, ["path"] = $"/{name}/{{**rest}}" });
    }

    [TearDown]
    public async Task StopScriptedAsync() => await Scripted.DisposeAsync();

    /// <summary>Answers every request of a connection alike.</summary>
    protected static Func<ScriptedConnection, Task> Always(string answer) => async connection =>
    {
        while (await connection.ReadHeadAsync() is not null)
        {
            await connection.SendAsync(answer);
        }
    };

    /// <summary>Gives the test's route a time for the whole exchange.</summary>
    protected async Task LimitAsync(int seconds)
    {
        using var answer = await Scenario.SendAsync(HttpMethod.Patch, $"/routes/{_routeId}", new { timeoutSeconds = seconds });
        answer.EnsureSuccessStatusCode();
    }

    protected HttpClient NewClient()
    {
        var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        client.DefaultRequestHeaders.Add("X-API-Key", Key);
        return client;
    }
}
