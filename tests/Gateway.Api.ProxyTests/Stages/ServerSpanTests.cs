using System.Collections.Concurrent;
using System.Diagnostics;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>The span of a request while traces are exported: named by the route, never by the path, which may hold anything.</summary>
public class ServerSpanTests : ProxyTests
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public ServerSpanTests() => _listener = new ActivityListener
    {
        ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Yarp.ReverseProxy" or "System.Net.Http",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        ActivityStopped = _spans.Enqueue,
    };

    // Nobody listens there: what is exported is dropped.
    protected override string[] Settings => ["Telemetry:OtlpEndpoint=http://127.0.0.1:9"];

    protected override Task ArrangeAsync()
    {
        ActivitySource.AddActivityListener(_listener);
        return Task.CompletedTask;
    }

    [OneTimeTearDown]
    public void StopListening() => _listener.Dispose();

    [TestCase("/gateway/raw/orders/4711?x=1", 200)]
    [TestCase("/gateway/raw/x;y", 400)]
    public async Task Get_Traced_SpanIsNamedByTheRoute(string target, int status)
    {
        var answer = await GetAsync(target, "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");

        answer.Status.Should().Be(status, answer.Text);
        var span = await SpanOfAsync(target.Split('?')[0]);
        var routed = status == 200;
        span.DisplayName.Should().Be(routed ? "GET /gateway/raw/{**rest}" : "GET");
        span.GetTagItem("http.route").Should().Be(routed ? "/gateway/raw/{**rest}" : null);
        span.GetTagItem("http.response.status_code").Should().Be(status);
        span.TraceId.ToHexString().Should().Be("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    [Test]
    public async Task Get_Traced_TheUpstreamIsAGrandchildOfTheSpanThatIsLogged()
    {
        var answer = await GetAsync("/gateway/raw/parent");

        var server = await SpanOfAsync("/gateway/raw/parent");
        var parent = ActivityContext.Parse(Upstream.HeaderOfLast("traceparent").Single(), null);
        parent.TraceId.Should().Be(server.TraceId);
        Ancestors(parent.SpanId).Should().Contain(server.SpanId, "each span between them is exported too");
        var entry = (await Scenario.LogsAsync($"requestId={answer.Header("X-Request-Id")}", 1))[0]!;
        ((string)entry["traceId"]!).Should().Be(server.TraceId.ToHexString());
        ((string)entry["spanId"]!).Should().Be(server.SpanId.ToHexString());
    }

    private IEnumerable<ActivitySpanId> Ancestors(ActivitySpanId id)
    {
        for (var span = _spans.FirstOrDefault(s => s.SpanId == id); span is not null; span = _spans.FirstOrDefault(s => s.SpanId == span.ParentSpanId))
        {
            yield return span.SpanId;
        }
    }

    private async Task<Activity> SpanOfAsync(string path)
    {
        Activity? span = null;
        await Eventually.TrueAsync(() => (span = _spans.FirstOrDefault(s => s.Kind == ActivityKind.Server && (string?)s.GetTagItem("url.path") == path)) is not null, $"the span of {path}");
        return span!;
    }
}
