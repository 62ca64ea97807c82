using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DataHub.Application.Observability.Contracts;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Telemetry;

/// <summary>With a collector configured, spans and figures arrive there; without one, no request makes a span.</summary>
public sealed class OtlpExportTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Test]
    public async Task Request_CollectorConfigured_SendsSpanOfTheCallersTraceAndMetrics()
    {
        await using var collector = await Collector.StartAsync();
        await using (var host = await ObservabilityHost.StartAsync(settings:
            [$"DataHub:Telemetry:OtlpEndpoint={collector.Address}", "DataHub:Telemetry:OtlpProtocol=http/protobuf", "OTEL_SERVICE_NAME=orders-gateway"]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
            request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
            using var answer = await host.Client.SendAsync(request);
            host.Services.GetRequiredService<IRequestMetrics>().Record(RequestRecords.Proxied(), "rte_otlp");
        }

        // Stopping the host sends what is left.
        await Eventually.TrueAsync(() => collector.Bodies.ContainsKey("/v1/traces") && collector.Bodies.ContainsKey("/v1/metrics"), "both signals arrive");
        var spans = collector.Bodies["/v1/traces"];
        spans.AsSpan().IndexOf(Convert.FromHexString(TraceId)).Should().BePositive("the span belongs to the caller's trace");
        spans.AsSpan().IndexOf("orders-gateway"u8).Should().BePositive();
        spans.AsSpan().IndexOf("http.request.method"u8).Should().BePositive("the server's span carries its attributes");
        collector.Bodies["/v1/metrics"].AsSpan().IndexOf("datahub.gateway.overhead"u8).Should().BePositive();
        collector.Bodies["/v1/metrics"].AsSpan().IndexOf("rte_otlp"u8).Should().BePositive();
    }

    [Test]
    public async Task Request_SampleRatioZero_RecordsOnlyWhatTheCallerSamples()
    {
        await using var collector = await Collector.StartAsync();
        await using (var host = await ObservabilityHost.StartAsync(settings:
            [$"DataHub:Telemetry:OtlpEndpoint={collector.Address}", "DataHub:Telemetry:OtlpProtocol=http/protobuf", "DataHub:Telemetry:TraceSampleRatio=0"]))
        {
            foreach (var (trace, flags) in new[] { (TraceId, "01"), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "00") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
                request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-{flags}");
                using var answer = await host.Client.SendAsync(request);
            }
        }

        await Eventually.TrueAsync(() => collector.Bodies.ContainsKey("/v1/traces"), "the sampled span arrives");
        collector.Bodies["/v1/traces"].AsSpan().IndexOf(Convert.FromHexString(TraceId)).Should().BePositive();
        collector.Bodies["/v1/traces"].AsSpan().IndexOf(Convert.FromHexString("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")).Should().Be(-1);
    }

    [Test]
    public async Task Request_NoCollector_MakesNoSpan()
    {
        await using var host = await ObservabilityHost.StartAsync(map: app => app.MapGet("/span", () => Activity.Current is null ? "none" : "some"));

        (await host.Client.GetStringAsync("/span")).Should().Be("none");
    }

    // Reading a body as text would spoil it: it is protobuf, in which ids are sixteen plain bytes.
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public ConcurrentDictionary<string, byte[]> Bodies { get; } = new(StringComparer.Ordinal);

        public string Address => _app.Urls.First().ToString(CultureInfo.InvariantCulture);

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.MapPost("/v1/{signal}", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                collector.Bodies.AddOrUpdate(request.Path, _ => body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
                return Results.Bytes([], "application/x-protobuf");
            });
            await app.StartAsync();
            return collector;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();
    }
}
