using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Events;

public class ExceededLimitTests : WebhooksFixture
{
    [Test]
    public async Task Refusals_OfOneKeyInOneWindow_RaiseOneEvent()
    {
        await using var upstream = await EchoUpstream.StartAsync();
        var scenario = new GatewayScenario(Gateway, Admin.Secret);
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = "tiny", limits = new[] { new { name = "day", limit = 1, windowSeconds = 86_400 } } })).Is(HttpStatusCode.Created).Id;
        var api = await scenario.AddApiAsync("limited");
        await scenario.AddRouteAsync(api, await scenario.AddUpstreamAsync("echo", upstream.Address), new JsonObject { ["path"] = "/x" });
        var consumer = await scenario.AddConsumerAsync("busy");
        var (id, secret) = await scenario.IssueKeyAsync(consumer, ["a:b"], tier);
        using var caller = AdminClient.As(Gateway, secret);
        await Eventually.TrueAsync(async () => (await caller.GetAsync("/gateway/limited/x")).Status == HttpStatusCode.TooManyRequests, "the limit refuses");

        for (var i = 0; i < 20; i++)
        {
            (await caller.GetAsync("/gateway/limited/x")).Is(HttpStatusCode.TooManyRequests);
        }

        async Task<JsonArray> RaisedAsync() => (await Admin.GetAsync("/api/v1/webhooks/events?type=ratelimit.exceeded")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        await Eventually.TrueAsync(async () => (await RaisedAsync()).Count > 0, "the event is raised");
        var raised = (await RaisedAsync()).Should().ContainSingle().Subject!;
        ((string)raised["source"]!).Should().Be("datahub");
        var data = (await Admin.GetAsync($"/api/v1/webhooks/events/{(string)raised["id"]!}")).Data["payload"]!["data"]!;
        data.ToJsonString().Should().Be($$"""{"keyId":"{{id}}","consumerId":"{{consumer}}","policy":"day","windowSeconds":86400}""");
    }
}
