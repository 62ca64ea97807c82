using DataHub.Application.Abstractions;
using System.Diagnostics.Metrics;
using DataHub.Application.Observability.Telemetry;
using DataHub.Infrastructure.Observability.RequestLogs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>
/// Sends traces and metrics by OTLP where an endpoint is configured. Without one nothing listens, so no request makes a span and no
/// instrument costs anything.
/// </summary>
internal sealed class OtlpPipelines(
    IOptions<TelemetryOptions> options, IOptions<GatewayOptions> gateway, IConfiguration configuration, IMeterFactory meters, RequestMetrics requests,
    RequestLogCounters log, RowSpool spool) : IHostedService, IDisposable
{
    // The web server leaves its attributes off a span unless told otherwise.
    private const string ServerSpanSwitch = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";
    private const string DefaultServiceName = "datahub";

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = First(options.Value.OtlpEndpoint, "OTEL_EXPORTER_OTLP_ENDPOINT");
        if (endpoint is not null)
        {
            Export(endpoint);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        requests.Instruments = null;
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _traces, null)?.Dispose();
        Interlocked.Exchange(ref _metrics, null)?.Dispose();
    }

    // A method of its own, so that a start without a collector does not load the exporter.
    private void Export(string endpoint)
    {
        AppContext.SetSwitch(ServerSpanSwitch, false);
        var protocol = First(options.Value.OtlpProtocol, "OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        var resource = ResourceBuilder.CreateEmpty()
            .AddService(First("", "OTEL_SERVICE_NAME") ?? DefaultServiceName, serviceInstanceId: gateway.Value.NodeName)
            .AddTelemetrySdk().AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceSampleRatio)))
            .AddSource("Microsoft.AspNetCore", "Yarp.ReverseProxy", "System.Net.Http", "Npgsql", "DataHub.*")
            .AddOtlpExporter(exporter => Configure(exporter, endpoint, protocol, "v1/traces"))
            .Build();
        requests.Instruments = new RequestInstruments(meters, log, spool);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "DataHub.*")
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, endpoint, protocol, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = options.Value.OtlpMetricsSeconds * 1000;
            })
            .Build();
    }

    // An endpoint set in code is taken as it is, so the path of the signal has to be added for HTTP.
    private static void Configure(OtlpExporterOptions exporter, string endpoint, OtlpExportProtocol protocol, string path)
    {
        exporter.Protocol = protocol;
        exporter.Endpoint = new Uri(protocol == OtlpExportProtocol.HttpProtobuf ? $"{endpoint.TrimEnd('/')}/{path}" : endpoint);
    }

    private string? First(string setting, string variable) =>
        !string.IsNullOrWhiteSpace(setting) ? setting : configuration[variable] is { Length: > 0 } fromConfiguration ? fromConfiguration : null;
}
