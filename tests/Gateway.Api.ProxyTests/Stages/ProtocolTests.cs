using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using DataHub.TestKit.Wire;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>HTTP/1.1 and HTTP/2, each on either side.</summary>
public class ProtocolTests : ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int _http2Port = FreePort.Find();
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

    [TestCase("1.1", "one")]
    [TestCase("1.1", "two")]
    [TestCase("2.0", "one")]
    [TestCase("2.0", "two")]
    public async Task Get_ServerSentEvents_ArriveOneByOne(string incoming, string upstream)
    {
        using var client = new HttpClient();
        using var response = await client.SendAsync(Request(HttpMethod.Get, incoming, $"/gateway/raw/{upstream}/events"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        for (var i = 1; i <= 3; i++)
        {
            (await reader.ReadLineAsync().WaitAsync(Patience)).Should().Be($"data: {i}");
            await reader.ReadLineAsync().WaitAsync(Patience);
            Echo(upstream).ReleaseEvent(); // The next one is sent only now.
        }
    }

    [TestCase("1.1", "one")]
    [TestCase("1.1", "two")]
    [TestCase("2.0", "one")]
    [TestCase("2.0", "two")]
    public async Task Post_OpenBody_ReachesTheUpstreamPartByPart(string incoming, string upstream)
    {
        using var client = new HttpClient();
        var body = new PushContent();
        var request = Request(HttpMethod.Post, incoming, $"/gateway/raw/{upstream}/stream");
        request.Content = body;
        var call = client.SendAsync(request);

        await body.PushAsync("first");
        await Eventually.TrueAsync(() => Echo(upstream).Received == "first", "the first part arrives while the body is open");
        await body.PushAsync("second");
        await Eventually.TrueAsync(() => Echo(upstream).Received == "firstsecond", "so does the second");
        body.Complete();

        using var answer = await call;
        (await answer.Content.ReadAsStringAsync()).Should().Be("firstsecond");
    }

    [TestCase("1.1", "one")]
    [TestCase("2.0", "two")]
    public async Task Post_NothingOfTheBodyYet_TheUpstreamHasTheHead(string incoming, string upstream)
    {
        var waiting = Echo(upstream).Waiting;
        using var client = new HttpClient();
        using var leave = new CancellationTokenSource();
        var request = Request(HttpMethod.Post, incoming, $"/gateway/raw/{upstream}/slow");
        request.Content = new PushContent();

        var call = client.SendAsync(request, leave.Token);

        await Eventually.TrueAsync(() => Echo(upstream).Waiting == waiting + 1, "the upstream has the head before any part of the body", Patience);
        await leave.CancelAsync();
        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Post_BothSidesTalk_OverHttp2_EachPartIsAnsweredBeforeTheNext()
    {
        using var client = new HttpClient();
        var body = new PushContent();
        var request = Request(HttpMethod.Post, "2.0", "/gateway/raw/two/duplex");
        request.Content = body;
        await body.PushAsync("part 0\n");

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().WaitAsync(Patience)).Should().Be("part 0");
        for (var i = 1; i <= 3; i++)
        {
            await body.PushAsync($"part {i}\n");
            (await reader.ReadLineAsync().WaitAsync(Patience)).Should().Be($"part {i}");
        }

        body.Complete();
        (await reader.ReadToEndAsync().WaitAsync(Patience)).Should().BeEmpty();
    }

    [TestCase("1.1", "one")]
    [TestCase("1.1", "two")]
    [TestCase("2.0", "one")]
    [TestCase("2.0", "two")]
    public async Task Get_CallerLeaves_CancelsTheUpstream(string incoming, string upstream)
    {
        var echo = Echo(upstream);
        var (waiting, cancelled) = (echo.Waiting, echo.Cancelled);
        using var client = new HttpClient();
        using var leave = new CancellationTokenSource();
        var call = client.SendAsync(Request(HttpMethod.Get, incoming, $"/gateway/raw/{upstream}/slow"), leave.Token);
        await Eventually.TrueAsync(() => echo.Waiting == waiting + 1, "the upstream has the request");

        await leave.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => echo.Cancelled == cancelled + 1, "the upstream sees that the caller left", Patience);
    }

    [TestCase("1.1", "one")]
    [TestCase("2.0", "two")]
    public async Task Post_CallerLeavesInTheBody_CancelsTheUpstream(string incoming, string upstream)
    {
        var echo = Echo(upstream);
        var broken = echo.Broken;
        using var client = new HttpClient();
        using var leave = new CancellationTokenSource();
        var body = new PushContent();
        var request = Request(HttpMethod.Post, incoming, $"/gateway/raw/{upstream}/stream");
        request.Content = body;
        var call = client.SendAsync(request, leave.Token);
        await body.PushAsync("half");
        await Eventually.TrueAsync(() => echo.Received == "half", "the upstream has the first half");

        await leave.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => echo.Broken == broken + 1, "the upstream's body breaks off instead of ending", Patience);
    }

    private EchoUpstream Echo(string upstream) => upstream == "one" ? _one : _two;

    private HttpRequestMessage Request(HttpMethod method, string version, string path)
    {
        var address = version == "2.0" ? $"http://127.0.0.1:{_http2Port}" : Gateway.Address;
        var request = new HttpRequestMessage(method, address + path) { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("X-API-Key", Key);
        return request;
    }
}
