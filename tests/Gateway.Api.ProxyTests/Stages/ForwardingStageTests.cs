using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

public class ForwardingStageTests : ProxyTests
{
    private EchoUpstream _echo = null!;
    private string _echoId = "";

    protected override string[] Settings => ["Edge:MaxRequestBodyMebibytes=1"];

    protected override async Task ArrangeAsync()
    {
        _echo = await EchoUpstream.StartAsync();
        _echoId = await Scenario.AddUpstreamAsync("echo", _echo.Address);
        await RouteAsync("echo", "/echo/{**rest}", _echoId);
        await RouteAsync("timed", "/timed/{**rest}", _echoId, route => route["timeoutSeconds"] = 1);
        await RouteAsync("closed", "/closed/{**rest}", await Scenario.AddUpstreamAsync("closed", "http://127.0.0.1:1"));
    }

    [OneTimeTearDown]
    public async Task StopEchoAsync() => await _echo.DisposeAsync();

    [Test]
    public async Task Get_UpstreamRefusesConnections_Is502WithItsCode()
    {
        var answer = await GetAsync("/gateway/raw/closed/x");

        answer.Status.Should().Be(502);
        answer.Body.Should().Contain("\"code\":\"upstream_connect_failed\"").And.NotContain("127.0.0.1");
        answer.Header("DataHub-Origin").Should().Be("gateway");
    }

    [Test]
    public async Task Get_UpstreamSpeaksNonsense_Is502InvalidResponse()
    {
        Upstream.Answer = "SSH-2.0-OpenSSH_9.2\r\n\r\n Connection: close";

        var answer = await GetAsync("/gateway/raw/a");

        answer.Status.Should().Be(502);
        answer.Body.Should().Contain("\"code\":\"upstream_invalid_response\"");
    }

    [Test]
    public async Task Get_UpstreamSlowerThanTheRoute_Is504AndTheUpstreamIsCancelled()
    {
        var before = _echo.Cancelled;

        var answer = await GetAsync("/gateway/raw/timed/slow");

        answer.Status.Should().Be(504, answer.Text);
        answer.Body.Should().Contain("\"code\":\"upstream_timeout\"");
        await Eventually.TrueAsync(() => _echo.Cancelled > before, "the upstream sees the cancellation");
    }

    [Test]
    public async Task Get_CallerLeaves_CancelsTheUpstreamAndIsLoggedAs499()
    {
        var (before, waiting) = (_echo.Cancelled, _echo.Waiting);
        using var client = NewClient();
        using var leave = new CancellationTokenSource();
        var call = client.GetAsync("/gateway/raw/echo/slow?leaves", leave.Token);
        await Eventually.TrueAsync(() => _echo.Waiting > waiting, "the upstream has the request");

        await leave.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => _echo.Cancelled > before, "the upstream sees that the caller left");
        var entry = (await Scenario.LogsAsync("status=499", 1))[0]!;
        ((string)entry["outcome"]!).Should().Be("client_closed");
    }

    [Test]
    public async Task Get_ServerSentEvents_ArriveOneByOne()
    {
        using var client = NewClient();
        using var response = await client.GetAsync("/gateway/raw/echo/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        for (var i = 1; i <= 3; i++)
        {
            (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(15))).Should().Be($"data: {i}");
            await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(15));
            _echo.ReleaseEvent(); // The next event is sent only now: nothing was buffered.
        }
    }

    [Test]
    public async Task Post_StreamedBody_ReachesTheUpstreamBeforeItsEnd()
    {
        using var client = NewClient();
        var body = new PushContent();
        var call = client.PostAsync("/gateway/raw/echo/stream", body);

        await body.PushAsync("first");
        await Eventually.TrueAsync(() => call.IsCompleted || _echo.Received.Contains("first", StringComparison.Ordinal), "the first part arrives while the body is open");
        if (call.IsCompleted)
        {
            Assert.Fail($"Answered while the body is open: {await (await call).Content.ReadAsStringAsync()}");
        }

        await body.PushAsync("second");
        body.Complete();

        (await (await call).Content.ReadAsStringAsync()).Should().Be("firstsecond");
    }

    [Test]
    public async Task Post_BodyAnnouncedTooLarge_Is413BeforeTheUpstream()
    {
        var answer = await SendAsync($"POST /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nContent-Length: 2000000\r\n\r\n");

        answer.Status.Should().Be(413, answer.Text);
        answer.Body.Should().Contain("\"code\":\"payload_too_large\"");
        answer.Header("Connection").Should().Be("close");
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Post_BodyTooLargeAndSentWhole_ClosesTheConnection()
    {
        var answer = await SendAsync($"POST /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nContent-Length: 1100000\r\n\r\n" + new string('x', 1_100_000));

        answer.Status.Should().Be(413, answer.Text);
        answer.ConnectionClosed.Should().BeTrue();
    }

    [Test]
    public async Task Post_TooLargeAndSentWhole_GetsTheAnswerRatherThanAReset()
    {
        using var client = NewClient();

        using var answer = await client.PostAsync("/gateway/raw/a", new ByteArrayContent(new byte[20_000_000]));

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task Post_ChunkedBodyGrowsTooLarge_Is413()
    {
        using var client = NewClient();
        // What is behind the limit fits what the sockets hold: a client that still writes would meet the end of the connection before the answer.
        var content = new StreamContent(new MemoryStream(new byte[1_060_000]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/raw/echo/stream") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        content.Headers.ContentLength = null;

        using var answer = await client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task Head_LongAnswer_PassesTheLengthWithoutBody()
    {
        using var client = NewClient();
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/gateway/raw/echo/big?bytes=5000"));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.Should().Be(5000);
    }

    [Test]
    public async Task Get_LargeAnswer_IsCountedInTheLog()
    {
        using var client = NewClient();
        (await client.GetByteArrayAsync("/gateway/raw/echo/big?bytes=300000")).Length.Should().Be(300_000);
        (await client.GetByteArrayAsync("/gateway/raw/echo/chunks?bytes=300000")).Length.Should().Be(300_000);

        var entries = await Scenario.LogsAsync("pathPrefix=/gateway/raw/echo/big", 1);
        ((long)entries[0]!["responseBytes"]!).Should().Be(300_000);
        entries = await Scenario.LogsAsync("pathPrefix=/gateway/raw/echo/chunks", 1);
        ((long)entries[0]!["responseBytes"]!).Should().Be(300_000);
    }

    [Test]
    public async Task Delete_LowerCaseMethod_IsForwardedAsSent()
    {
        await SendAsync($"purge /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n");

        Upstream.RequestLineOfLast.Should().StartWith("purge ");
    }

    private HttpClient NewClient()
    {
        var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        client.DefaultRequestHeaders.Add("X-API-Key", Key);
        return client;
    }

    private Task RouteAsync(string name, string path, string upstream, Action<JsonObject>? more = null)
    {
        var route = new JsonObject { ["name"] = name, ["path"] = path };
        more?.Invoke(route);
        return Scenario.AddRouteAsync(ApiId, upstream, route);
    }
}
