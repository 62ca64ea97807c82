using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>HTTP/1.1 and HTTP/2, each on either side.</summary>
public class ProtocolTests : ProxyTests
{
    private readonly int _http2Port = FreePort();
    private EchoUpstream _one = null!;
    private EchoUpstream _two = null!;

    protected override string[] Settings => [$"Gateway:Http2Port={_http2Port}"];

    protected override async Task ArrangeAsync()
    {
        _one = await EchoUpstream.StartAsync();
        _two = await EchoUpstream.StartAsync(HttpProtocols.Http2);
        var one = await Scenario.AddUpstreamAsync("one", _one.Address);
        var two = GatewayScenario.IdOf(await Scenario.CreateAsync("/upstreams", new { name = "two", httpVersion = "2", destinations = new[] { new { name = "d1", url = _two.Address } } }));
        await Scenario.AddRouteAsync(ApiId, one, new JsonObject { ["name"] = "one", ["path"] = "/one/{**rest}" });
        await Scenario.AddRouteAsync(ApiId, two, new JsonObject { ["name"] = "two", ["path"] = "/two/{**rest}" });
    }

    [OneTimeTearDown]
    public async Task StopUpstreamsAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [TestCase("1.1", "one", "HTTP/1.1")]
    [TestCase("1.1", "two", "HTTP/2")]
    [TestCase("2.0", "one", "HTTP/1.1")]
    [TestCase("2.0", "two", "HTTP/2")]
    public async Task Get_EitherVersionOnEitherSide_IsProxied(string incoming, string upstream, string asked)
    {
        using var client = new HttpClient();
        using var answer = await client.SendAsync(Request(HttpMethod.Get, incoming, $"/gateway/raw/{upstream}/x"));

        answer.Version.ToString().Should().Be(incoming);
        (await answer.Content.ReadAsStringAsync()).Should().Be(asked);
    }

    [TestCase("1.1", "two")]
    [TestCase("2.0", "one")]
    [TestCase("2.0", "two")]
    public async Task Post_StreamedBody_PassesWhole(string incoming, string upstream)
    {
        using var client = new HttpClient();
        var request = Request(HttpMethod.Post, incoming, $"/gateway/raw/{upstream}/stream");
        request.Content = new StreamContent(new MemoryStream([.. Enumerable.Range(0, 200_000).Select(i => (byte)('a' + (i % 26)))]));

        using var answer = await client.SendAsync(request);

        (await answer.Content.ReadAsByteArrayAsync()).Length.Should().Be(200_000);
    }

    private HttpRequestMessage Request(HttpMethod method, string version, string path)
    {
        var address = version == "2.0" ? $"http://127.0.0.1:{_http2Port}" : Gateway.Address;
        var request = new HttpRequestMessage(method, address + path) { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("X-API-Key", Key);
        return request;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
