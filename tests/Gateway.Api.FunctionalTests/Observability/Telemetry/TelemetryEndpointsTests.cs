using System.Diagnostics;
using System.Net;
using System.Text.Json;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Builders;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Telemetry;

/// <summary>What probes and scrapers see.</summary>
public sealed class TelemetryEndpointsTests
{
    private const string PromtoolPath = "/usr/bin/promtool";

    private readonly FakeDependency _dependency = new();
    private ObservabilityHost _host = null!;

    [SetUp]
    public async Task StartAsync() =>
        _host = await ObservabilityHost.StartAsync(configure: builder =>
        {
            builder.Configuration["DataHub:Telemetry:ServerMetrics"] = "true";
            builder.Services.AddSingleton<IDependencyState>(_dependency);
        });

    [TearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task Live_NothingLoadedNoDatabase_Is200()
    {
        using var answer = await _host.Client.GetAsync("/health/live");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).Should().Be("""{"status":"ok"}""");
    }

    [TestCase("/health/ready")]
    [TestCase("/health")]
    public async Task Ready_BeforeTheFirstSnapshot_Is503(string path)
    {
        using var answer = await _host.Client.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await StatusOf(answer)).Should().Be("starting");
    }

    [Test]
    public async Task Ready_DependencyAway_Is200AndDegraded()
    {
        _host.Snapshot.Load(12);
        _dependency.Status = DependencyStatus.Degraded;

        using var answer = await _host.Client.GetAsync("/health/ready");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        body.RootElement.GetProperty("status").GetString().Should().Be("degraded");
        body.RootElement.GetProperty("epoch").GetInt64().Should().Be(12);
        body.RootElement.GetProperty("checks").GetProperty("redis").GetString().Should().Be("degraded");
        body.RootElement.GetRawText().Should().NotContain(Environment.MachineName).And.NotContain("node-1");
    }

    [Test]
    public async Task Metrics_AfterTraffic_PassPromtoolAndCarryTheNames()
    {
        _host.Snapshot.Load(12);
        Traffic(_host.Services.GetRequiredService<IRequestMetrics>());
        using (await _host.Client.GetAsync("/health/live"))
        {
            // One request of the web server's own.
        }

        using var answer = await _host.Client.GetAsync("/metrics");
        var page = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        page.Should().Contain("""datahub_requests_total{route="rte_a",method="GET",status_class="2xx"} 2""")
            .And.Contain("""datahub_requests_total{route="none",method="_OTHER",status_class="4xx"} 1""")
            .And.Contain("""datahub_gateway_overhead_seconds_bucket{le="0.00025"} 1""")
            .And.Contain("""datahub_upstream_duration_seconds_bucket{cluster="ups_01k00000000000000000000000",destination="a\"\\\nb",le="0.0025"} 2""")
            .And.Contain("""datahub_auth_failures_total{reason="api_key_invalid"} 1""")
            .And.Contain("datahub_config_revision 12")
            .And.Contain("datahub_log_dropped_total 0").And.Contain("datahub_log_queue_depth ")
            .And.Contain("http_server_request_duration_seconds_bucket").And.Contain("kestrel_active_connections").And.Contain("dotnet_gc_collections_total")
            .And.Contain("datahub_config_last_success_timestamp_seconds")
            .And.NotContain(Environment.MachineName).And.NotContain("127.0.0.1");
        page.Split('\n').Length.Should().BeInRange(60, 400);
        await PromtoolAsync(page);
    }

    [Test]
    public async Task Metrics_ManyScrapersAtOnce_AllGetAWholePage()
    {
        var pages = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _host.Client.GetStringAsync("/metrics")));

        foreach (var page in pages)
        {
            page.Should().Contain("datahub_config_revision 0").And.Contain("dotnet_gc_collections_total").And.EndWith("\n");
            page.Split('\n').Count(l => l.StartsWith("# TYPE dotnet_gc_collections_total ", StringComparison.Ordinal)).Should().Be(1);
        }
    }

    [Test]
    public async Task SystemInfo_TellsNodeAndConfiguration()
    {
        _host.Snapshot.Load(12);

        using var body = JsonDocument.Parse(await _host.Client.GetStringAsync("/api/v1/system/info"));

        var data = body.RootElement.GetProperty("data");
        data.GetProperty("node").GetString().Should().Be("node-1");
        data.GetProperty("epoch").GetInt64().Should().Be(12);
        data.GetProperty("database").GetString().Should().Be("shared");
        data.GetProperty("redis").GetString().Should().Be("none");
    }

    private static void Traffic(IRequestMetrics metrics)
    {
        var proxied = RequestRecords.Proxied();
        (proxied.Destination, proxied.DurationMicros, proxied.UpstreamMicros) = ("a\"\\\nb", 2_200, 2_000);
        metrics.Record(proxied, "rte_a");
        proxied.DurationMicros = 3_000;
        metrics.Record(proxied, "rte_a");
        var refused = RequestRecords.Proxied();
        (refused.Method, refused.Status, refused.Outcome, refused.ErrorCode, refused.UpstreamMicros) =
            ("BREW", 401, RequestOutcome.Unauthenticated, ErrorCodes.ApiKeyInvalid, -1);
        metrics.Record(refused, "");
    }

    private static async Task PromtoolAsync(string page)
    {
        if (!File.Exists(PromtoolPath))
        {
            Assert.Ignore("promtool is not installed.");
        }

        using var promtool = Process.Start(new ProcessStartInfo(PromtoolPath, "check metrics") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        var complaints = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        promtool.ExitCode.Should().Be(0, complaints + page);
    }

    private static async Task<string?> StatusOf(HttpResponseMessage answer)
    {
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("status").GetString();
    }

    private sealed class FakeDependency : IDependencyState
    {
        public string Name => "redis";

        public DependencyStatus Status { get; set; } = DependencyStatus.Up;
    }
}
