using System.Net;
using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Nodes;

/// <summary>Configuration changes while requests flow: none is dropped, none meets a half configuration.</summary>
public class SwapStormTests : ProxyTests
{
    private const int Publishes = 60;

    [Test]
    public async Task Put_RouteManyTimesUnderLoad_DropsNoRequest()
    {
        var routeId = await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "changing", ["path"] = "/changing/{**rest}", ["requiredScopes"] = new JsonArray("raw:read") });
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => CallUntilAsync(stop.Token)).ToList();

        for (var i = 0; i < Publishes; i++)
        {
            var answer = await Scenario.SendAsync(HttpMethod.Patch, $"/routes/{routeId}", new { timeoutSeconds = 10 + i, requiredScopes = new[] { i % 2 == 0 ? "raw:write" : "raw:read" } });
            answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }

        await stop.CancelAsync();
        var statuses = (await Task.WhenAll(callers)).SelectMany(s => s).ToList();
        statuses.Should().HaveCountGreaterThan(Publishes).And.OnlyContain(s => s == HttpStatusCode.OK);
    }

    private async Task<List<HttpStatusCode>> CallUntilAsync(CancellationToken stopped)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        client.DefaultRequestHeaders.Add("X-API-Key", Key);
        var statuses = new List<HttpStatusCode>();
        while (!stopped.IsCancellationRequested)
        {
            using var answer = await client.GetAsync("/gateway/raw/changing/x", CancellationToken.None);
            statuses.Add(answer.StatusCode);
        }

        return statuses;
    }
}
