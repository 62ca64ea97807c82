using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Composition;

/// <summary>A node that is told to stop: it leaves the balancer's sight, then takes no one new, and finishes what it has begun.</summary>
[TestFixture(0)]
[TestFixture(8)]
public class DrainingTests(int drainSeconds) : ProxyTests
{
    private EchoUpstream _echo = null!;

    protected override string[] Settings => [$"Gateway:DrainSeconds={drainSeconds}"];

    protected override async Task ArrangeAsync()
    {
        _echo = await EchoUpstream.StartAsync();
        await Scenario.AddRouteAsync(ApiId, await Scenario.AddUpstreamAsync("echo", _echo.Address), new JsonObject { ["name"] = "echo", ["path"] = "/echo/{**rest}" });
    }

    [OneTimeTearDown]
    public async Task StopEchoAsync() => await _echo.DisposeAsync();

    [Test]
    public async Task Stop_WithARequestInFlight_FinishesItAndTakesNoOther()
    {
        await Eventually.TrueAsync(async () => await ReadinessAsync() == "200 ok", "it is ready");
        using var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gateway/raw/echo/events");
        request.Headers.Add("X-API-Key", Key);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("data: 1");

        var stopping = Gateway.StopAsync();
        if (drainSeconds > 0)
        {
            (await ReadinessAsync()).Should().Be("503 draining");
            (await GetAsync("/gateway/raw/a")).Status.Should().Be(200, "the balancer may not have looked yet");
        }

        await Eventually.TrueAsync(async () => await ReadinessAsync() == "refused", "no connection is taken any more", TimeSpan.FromSeconds(30));
        stopping.IsCompleted.Should().BeFalse("a request is in flight");
        for (var i = 0; i < 3; i++)
        {
            _echo.ReleaseEvent();
        }

        (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(15))).Should().Be("\ndata: 2\n\ndata: 3\n\n");
        await stopping.WaitAsync(TimeSpan.FromSeconds(15));
    }

    // On a connection of its own, as a probe does.
    private async Task<string> ReadinessAsync()
    {
        using var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            return $"{(int)answer.StatusCode} {(string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["status"]!}";
        }
        catch (HttpRequestException)
        {
            return "refused";
        }
    }
}
