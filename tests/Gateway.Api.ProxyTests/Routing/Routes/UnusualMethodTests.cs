using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Routing.Routes;

/// <summary>Methods beyond the usual ones, as WebDAV has them (RFC 4918).</summary>
public class UnusualMethodTests : ProxyTests
{
    protected override async Task ArrangeAsync()
    {
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "dav", ["path"] = "/dav/{name}", ["pathRewrite"] = "/webdav/{name}", ["methods"] = new JsonArray("PROPFIND", "M-SEARCH", "QUERY") });
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "later", ["path"] = "/later", ["pathRewrite"] = "/moved" });
    }

    [TestCase("PROPFIND")]
    [TestCase("M-SEARCH")]
    [TestCase("QUERY")]
    public async Task Send_MethodThatARouteNames_IsForwarded(string method)
    {
        var answer = await SendAsync($"{method} /gateway/raw/dav/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.RequestLineOfLast.Should().Be($"{method} /webdav/a HTTP/1.1");
    }

    [Test]
    public async Task Get_RouteMadeAfterIt_IsInEffect()
    {
        (await GetAsync("/gateway/raw/later")).Status.Should().Be(200);

        Upstream.RequestLineOfLast.Should().Be("GET /moved HTTP/1.1");
    }
}
