using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>Upstreams under the rules of outbound calls.</summary>
[TestFixture(false, 502)]
[TestFixture(true, 200)]
public class UpstreamGuardTests(bool allowPrivate, int status) : ProxyTests
{
    protected override string[] Settings => ["Outbound:GuardUpstreams=true", $"Outbound:AllowPrivate={allowPrivate}"];

    [Test]
    public async Task Get_UpstreamOnThisMachine_IsCalledWherePrivateAddressesAre()
    {
        var answer = await RawHttp.SendAsync(Gateway.Address, $"GET /gateway/raw/a HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {Key}\r\n\r\n");
        answer.Status.Should().Be(status, answer.Text);
        (Upstream.Requests.Count > 0).Should().Be(allowPrivate);
        answer.Text.Should().NotContain("127.0.0.1");
    }

    [Test]
    public async Task Get_UpstreamAtAMetadataService_IsNeverCalled()
    {
        // Whoever waited for a connection would wait longer than this caller does.
        var upstream = GatewayScenario.IdOf(await Scenario.CreateAsync("/upstreams", new { name = "metadata", connectTimeoutMs = 60_000, destinations = new[] { new { name = "d", url = "http://169.254.169.254" } } }));
        await Scenario.AddRouteAsync(ApiId, upstream, new System.Text.Json.Nodes.JsonObject { ["name"] = "metadata", ["path"] = "/metadata/{**rest}", ["requiredScopes"] = new System.Text.Json.Nodes.JsonArray("raw:read") });
        var answer = await RawHttp.SendAsync(Gateway.Address, $"GET /gateway/raw/metadata/a HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {Key}\r\n\r\n");
        answer.Status.Should().Be(502, answer.Text);
    }
}
