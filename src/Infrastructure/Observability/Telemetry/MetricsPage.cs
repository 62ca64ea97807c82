using DataHub.Application.Observability.Telemetry;
using DataHub.Application.Routing.Contracts;
using DataHub.Infrastructure.Observability.RequestLogs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Renders the page of <c>/metrics</c>: the gateway's own figures from their cells, those of the libraries from a meter provider.</summary>
internal sealed class MetricsPage : IMetricsPage, IHostedService, IDisposable
{
    private const double MicrosPerSecond = 1_000_000d;
    private const int CollectTimeoutMs = 5_000;
    private const int MaxInstruments = 1_000;

    private readonly RequestMetrics _requests;
    private readonly RequestLogCounters _log;
    private readonly RowSpool _spool;
    private readonly IGatewaySnapshotSource _snapshots;
    private readonly ConfigurationAge _age;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly PrometheusExporter _exporter = new();
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;

    public MetricsPage(
        RequestMetrics requests, RequestLogCounters log, RowSpool spool, IGatewaySnapshotSource snapshots, ConfigurationAge age, IOptions<TelemetryOptions> options)
    {
        (_requests, _log, _spool, _snapshots, _age) = (requests, log, spool, snapshots, age);
        _reader = new BaseExportingMetricReader(_exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetMaxMetricStreams(MaxInstruments)
            .AddMeter("Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "DataHub.*")
            .AddView(MetricViews.Of)
            .AddReader(_reader);
        if (options.Value.ServerMetrics)
        {
            builder.AddMeter("Microsoft.AspNetCore.Hosting");
        }

        _provider = builder.Build()!;
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> RenderAsync(CancellationToken cancellationToken)
    {
        var page = new PrometheusText();
        WriteRequests(page);
        WriteLog(page);
        WriteConfiguration(page);
        WriteProcess(page);

        // A reader collects for one at a time; further scrapes wait their turn.
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _exporter.Target = page;
            _exporter.Collect?.Invoke(CollectTimeoutMs);
        }
        finally
        {
            _exporter.Target = null;
            _gate.Release();
        }

        return page.Written;
    }

    /// <summary>Nothing to start: being made at start is the point, because instruments only count while somebody collects.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Dispose();
        _reader.Dispose();
        _exporter.Dispose();
        _gate.Dispose();
    }

    private void WriteRequests(PrometheusText page)
    {
        page.Family("datahub_requests_total", "counter", "Proxied requests by route, method and class of status.");
        foreach (var route in _requests.Routes)
        {
            for (var method = 0; method < RouteSeries.Methods.Length; method++)
            {
                for (var statusClass = 0; statusClass < RouteSeries.Classes.Length; statusClass++)
                {
                    if (route.Read(method, statusClass) is > 0 and var count)
                    {
                        page.Sample("datahub_requests_total", count, ("route", route.Route.Length == 0 ? "none" : route.Route),
                            ("method", RouteSeries.Methods[method]), ("status_class", RouteSeries.Classes[statusClass]));
                    }
                }
            }
        }

        page.Family("datahub_gateway_overhead_seconds", "histogram", "Time that requests spent in the gateway itself.");
        WriteHistogram(page, "datahub_gateway_overhead_seconds", _requests.Overhead);
        page.Family("datahub_upstream_duration_seconds", "histogram", "Time that upstreams took.");
        foreach (var (cluster, destination, time) in _requests.Upstreams)
        {
            if (cluster != RequestMetrics.Overflow || time.Read().Buckets.Any(b => b > 0))
            {
                WriteHistogram(page, "datahub_upstream_duration_seconds", time, ("cluster", cluster), ("destination", destination));
            }
        }

        page.Family("datahub_auth_failures_total", "counter", "Requests that were refused for their key, its scopes or its consumer, by code.");
        foreach (var (reason, count) in _requests.AuthenticationFailures)
        {
            page.Sample("datahub_auth_failures_total", count, ("reason", reason));
        }
    }

    private void WriteLog(PrometheusText page)
    {
        page.Single("datahub_log_queue_depth", "gauge", "Request logs that wait in memory.", _log.Queued);
        page.Single("datahub_log_spool_bytes", "gauge", "Bytes of request logs that wait on disk for the database.", _spool.Bytes);
        page.Single("datahub_log_written_total", "counter", "Request logs that the database has taken.", _log.Written);
        page.Single("datahub_log_dropped_total", "counter", "Request logs that were lost because queue and spool were full.", _log.Dropped);
        page.Single("datahub_log_rejected_total", "counter", "Request logs that the database refused and that were set aside.", _log.Rejected);
        page.Single("datahub_log_spool_damaged_total", "counter", "Spool files whose end could not be read.", _log.Damaged);
        page.Single("datahub_log_store_up", "gauge", "1 while the database takes request logs.", _log.StoreAway ? 0 : 1);
    }

    private void WriteConfiguration(PrometheusText page)
    {
        page.Single("datahub_config_revision", "gauge", "Epoch of the configuration that this node serves.", _snapshots.Current.Epoch);
        page.Single("datahub_config_last_success_timestamp_seconds", "gauge", "When this node last took a configuration, in seconds since 1970.", _age.LastChange.ToUnixTimeMilliseconds() / 1000d);
        page.Single("datahub_ready", "gauge", "1 while this node has a configuration to serve.", _snapshots.Current.Loaded ? 1 : 0);
    }

    private static void WriteProcess(PrometheusText page)
    {
        page.Single("process_cpu_seconds_total", "counter", "Processor time of the process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        page.Single("process_resident_memory_bytes", "gauge", "Resident memory of the process.", Environment.WorkingSet);
    }

    private static void WriteHistogram(PrometheusText page, string name, LatencyHistogram histogram, params ReadOnlySpan<(string, string)> labels)
    {
        var (buckets, sum) = histogram.Read();
        var bounds = new double[histogram.BoundsMicros.Length];
        for (var i = 0; i < bounds.Length; i++)
        {
            bounds[i] = histogram.BoundsMicros[i] / MicrosPerSecond;
        }

        page.Histogram(name, bounds, buckets, sum / MicrosPerSecond, labels);
    }
}
