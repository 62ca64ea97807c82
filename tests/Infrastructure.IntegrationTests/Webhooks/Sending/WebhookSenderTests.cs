using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class WebhookSenderTests
{
    private SenderHarness _harness = null!;

    [SetUp]
    public void Open() => _harness = new SenderHarness();

    [TearDown]
    public void Close() => _harness.Dispose();

    [Test]
    public async Task Send_Message_ArrivesAsItIsWithItsHeaders()
    {
        await using var receiver = new RawReceiver();
        var body = Encoding.UTF8.GetBytes("{\"type\":\"order.created\",\"data\":{\"n\":12345678901234567890,\"t\":\"😀\u2028\"}}\n");

        var report = await _harness.SendAsync(receiver.Url, body);

        report.Class.Should().Be(AttemptClass.Success);
        receiver.Requests.TryDequeue(out var request).Should().BeTrue();
        request!.RequestLine.Should().Be("POST /hook HTTP/1.1");
        request.Body.Should().Equal(body);
        request.Names.Should().BeEquivalentTo(
            "host", "content-type", "content-length", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "x-datahub-event", "x-datahub-delivery", "x-datahub-attempt");
        request.Header("content-type").Should().Be("application/json");
        request.Header("webhook-id").Should().Be(SenderHarness.Message(body).EventId.ToString()).And.StartWith("evt_").And.NotContain(".");
        request.Header("x-datahub-event").Should().Be("order.created");
        request.Header("x-datahub-attempt").Should().Be("3");
        var timestamp = long.Parse(request.Header("webhook-timestamp")!, System.Globalization.CultureInfo.InvariantCulture);
        request.Header("webhook-signature").Should().Be(StandardWebhooks.Sign(request.Header("webhook-id")!, timestamp, body, [SenderHarness.Key(1)]));
    }

    // A listener to activities makes the client send traceparent, unless it was told not to.
    [Test]
    public async Task Send_WhileTraced_LeaksNoTraceContext()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        using var activity = source.StartActivity();
        activity.Should().NotBeNull();
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");

        await _harness.SendAsync(receiver.Url);
        await _harness.SendAsync(receiver.Url);

        receiver.Requests.SelectMany(r => r.Names).Should().NotContain(["traceparent", "tracestate", "baggage", "request-id", "cookie", "accept-encoding", "expect"]);
    }

    [Test]
    public async Task Send_Twice_UsesOneConnectionAndStillNamesItsAddress()
    {
        await using var receiver = new RawReceiver();
        _harness.Names.Set("partner.test", "127.0.0.1");
        var url = $"http://partner.test:{receiver.Port}/hook";

        var first = await _harness.SendAsync(url);
        var second = await _harness.SendAsync(url);

        receiver.Connections.Should().Be(1);
        (first.Address, second.Address).Should().Be(("127.0.0.1", "127.0.0.1"));
        (first.Timings.Dns, first.Timings.Connect, first.Timings.Tls).Should().Match<(double? Dns, double? Connect, double? Tls)>(t => t.Dns >= 0 && t.Connect >= 0 && t.Tls == null);
        (second.Timings.Dns, second.Timings.Connect).Should().Be((null, null));
        second.Timings.FirstByte.Should().BeGreaterThan(0).And.BeLessThanOrEqualTo(second.Timings.Total);
        receiver.Requests.Should().AllSatisfy(r => r.Header("host").Should().Be($"partner.test:{receiver.Port}"));
    }

    [TestCase(200, "Success")]
    [TestCase(204, "Success")]
    [TestCase(299, "Success")]
    [TestCase(301, "Redirect")]
    [TestCase(304, "Redirect")]
    [TestCase(400, "Status")]
    [TestCase(404, "Status")]
    [TestCase(410, "Gone")]
    [TestCase(429, "Throttled")]
    [TestCase(500, "Status")]
    [TestCase(503, "Status")]
    public async Task Send_Status_IsClassed(int status, string expected)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        var report = await _harness.SendAsync(receiver.Url);
        (report.Class.ToString(), report.Status).Should().Be((expected, status));
    }

    [TestCase("503", "120", 120, "Throttled")]
    [TestCase("429", "120", 120, "Throttled")]
    [TestCase("429", "999999999", 86400, "Throttled")]
    [TestCase("500", "60", 60, "Status")]
    public async Task Send_RetryAfter_IsTold(string status, string value, int seconds, string expected)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 {status} X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        var report = await _harness.SendAsync(receiver.Url);
        (report.Class.ToString(), report.RetryAfter).Should().Be((expected, TimeSpan.FromSeconds(seconds)));
    }

    [TestCase("-1")]
    [TestCase("1e99")]
    [TestCase("later")]
    public async Task Send_RetryAfterWithoutSense_IsNone(string value)
    {
        await using var receiver = new RawReceiver($"HTTP/1.1 503 X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        var report = await _harness.SendAsync(receiver.Url);
        (report.Class, report.RetryAfter).Should().Be((AttemptClass.Status, null));
    }

    [Test]
    public async Task Send_Secrets_SignWhileTheyAreValid()
    {
        await using var receiver = new RawReceiver();
        var now = TimeProvider.System.GetUtcNow();
        var target = SenderHarness.Target(receiver.Url) with
        {
            Secrets = [new(SenderHarness.Key(1), null), new(SenderHarness.Key(2), now.AddHours(1)), new(SenderHarness.Key(3), now.AddSeconds(-1))],
        };

        await _harness.SendAsync(target);

        receiver.Requests.TryDequeue(out var request);
        var timestamp = long.Parse(request!.Header("webhook-timestamp")!, System.Globalization.CultureInfo.InvariantCulture);
        request.Header("webhook-signature").Should().Be(StandardWebhooks.Sign(request.Header("webhook-id")!, timestamp, "{}"u8, [SenderHarness.Key(1), SenderHarness.Key(2)]));
    }

    [Test]
    public async Task Send_CustomHeaders_AreSentAndTheirValuesKeptSecret()
    {
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\nX-Request-Id: abc\r\nSet-Cookie: canary=1\r\nX-Internal: canary\r\nContent-Length: 0\r\n\r\n");
        var target = SenderHarness.Target(receiver.Url) with { Headers = [new("X-Api-Key", new ClearText("canary-7")), new("Accept", new ClearText("not; a, media=type"))] };

        var report = await _harness.SendAsync(target);

        receiver.Requests.TryDequeue(out var request);
        (request!.Header("x-api-key"), request.Header("accept")).Should().Be(("canary-7", "not; a, media=type"));
        report.RequestHeaders.Should().NotContain("canary");
        JsonDocument.Parse(report.RequestHeaders).RootElement.GetProperty("x-api-key").GetString().Should().Be("[redacted]");
        JsonDocument.Parse(report.ResponseHeaders).RootElement.EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo("content-length", "x-request-id");
        target.ToString().Should().NotContain("canary");
    }

    [TestCase("X-A", "a\r\nInjected: 1")]
    [TestCase("Host", "evil.example")]
    [TestCase("webhook-id", "evt_other")]
    public async Task Send_HeaderThatSlippedThrough_IsNotSent(string name, string value)
    {
        await using var receiver = new RawReceiver();
        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Headers = [new(name, new ClearText(value))] });
        (report.Class, receiver.Connections).Should().Be((AttemptClass.Internal, 0));
    }

    [Test]
    public async Task Send_TypeWithALineEnd_IsNotSent()
    {
        await using var receiver = new RawReceiver();
        var message = SenderHarness.Message("{}"u8.ToArray()) with { EventType = "a\r\nInjected: 1" };
        var report = await _harness.Sender.SendAsync(SenderHarness.Target(receiver.Url), message, CancellationToken.None);
        (report.Class, receiver.Connections).Should().Be((AttemptClass.Internal, 0));
    }

    [Test]
    public async Task Send_Cancelled_IsGivenUp()
    {
        await using var receiver = new RawReceiver(_ => Task.CompletedTask);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var send = () => _harness.Sender.SendAsync(SenderHarness.Target(receiver.Url), SenderHarness.Message([]), stop.Token);
        await send.Should().ThrowAsync<OperationCanceledException>();
    }

    // What an idle connection lost when the receiver was restarted is no failed attempt.
    [Test]
    public async Task Send_OnAConnectionThatTheReceiverClosed_GoesOverANewOne()
    {
        await using var receiver = new RawReceiver(async call =>
        {
            if (call.Request.Body.Length == 3)
            {
                call.Closes = true;
                return;
            }

            await call.WriteAsync(RawReceiver.Ok);
        });

        // Its clock stands: only what is lost at once is sent again.
        using var harness = new SenderHarness(clock: new ManualClock(TimeProvider.System.GetUtcNow()));
        await harness.SendAsync(receiver.Url);
        var report = await harness.SendAsync(receiver.Url, "[1]"u8.ToArray());

        report.Class.Should().Be(AttemptClass.Protocol, "the new connection ends the same way");
        receiver.Connections.Should().Be(2);
        receiver.Requests.Should().HaveCount(3);
    }
}
