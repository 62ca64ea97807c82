using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

/// <summary>A destination that leads to the gateway itself.</summary>
public class LoopTests : ProxyTests
{
    protected override async Task ArrangeAsync()
    {
        var self = await Scenario.AddUpstreamAsync("self", Gateway.Address + "/gateway/circle");
        var api = await Scenario.AddApiAsync("circle");
        await Scenario.AddRouteAsync(api, self, new JsonObject { ["name"] = "round", ["path"] = "/{**rest}", ["auth"] = new JsonObject { ["mode"] = "none" } });
    }

    // A GET takes the way of the gateway's own client, a POST that of YARP's.
    [TestCase("GET", "")]
    [TestCase("POST", "Content-Length: 2\r\n\r\nok")]
    public async Task Send_ThroughARouteThatLeadsBack_IsRefusedTheSecondTime(string method, string rest)
    {
        var answer = await SendAsync($"{method} /gateway/circle/{method} HTTP/1.1\r\nHost: h\r\n{(rest.Length == 0 ? "\r\n" : rest)}").WaitAsync(TimeSpan.FromSeconds(30));

        answer.Status.Should().Be(508, answer.Text);
        ((string)JsonNode.Parse(answer.Body)!["code"]!).Should().Be("loop_detected");
        (await Scenario.LogsAsync($"pathPrefix=/gateway/circle/{method}", 2)).Should().HaveCount(2, "it went once and came back once");
    }

    [TestCase("GET", "")]
    [TestCase("POST", "Content-Length: 2\r\n\r\nok")]
    public async Task Send_MarksOfOthers_PassWithTheGatewaysOwnBehindThem(string method, string rest)
    {
        await SendAsync($"{method} /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nCDN-Loop: other.example; a=1, datahub-0000000000000000\r\n{(rest.Length == 0 ? "\r\n" : rest)}");

        string.Join(", ", Upstream.HeaderOfLast("CDN-Loop")).Should().MatchRegex("^other.example; a=1, datahub-0{16}, datahub-[0-9a-f]{16}$");
    }
}
