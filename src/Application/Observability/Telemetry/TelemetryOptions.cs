using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Observability.Telemetry;

/// <summary>Metrics, traces, and the lines of the process log.</summary>
[ConfigurationSection("Telemetry")]
public sealed class TelemetryOptions
{
    /// <summary>Where traces and metrics are sent by OTLP, such as <c>http://collector:4317</c>; empty takes <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and without either nothing is sent and no request makes a span. Default empty.</summary>
    [RegularExpression("^(https?://.+)?$", ErrorMessage = "Must be an address that begins with http:// or https://.")]
    public string OtlpEndpoint { get; set; } = "";

    /// <summary><c>grpc</c> or <c>http/protobuf</c>; empty takes <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, else grpc. Default empty.</summary>
    [RegularExpression("^(grpc|http/protobuf)?$", ErrorMessage = "Must be grpc or http/protobuf.")]
    public string OtlpProtocol { get; set; } = "";

    /// <summary>Share of new traces that are recorded; a caller's decision in <c>traceparent</c> wins. 0 to 1, default 1.</summary>
    [Range(0d, 1d)]
    public double TraceSampleRatio { get; set; } = 1;

    /// <summary>Time between two sendings of metrics by OTLP, in seconds. 1 to 3600, default 60.</summary>
    [Range(1, 3600)]
    public int OtlpMetricsSeconds { get; set; } = 60;

    /// <summary>True adds <c>http_server_request_duration_seconds</c> and <c>http_server_active_requests</c> of the web server, admin API included; costs about a microsecond a request, and proxied traffic has its own metrics. Default false.</summary>
    public bool ServerMetrics { get; set; }

    /// <summary>Most refused requests that get a line of their own in one second; the rest is counted in one line. The request log has all of them. 0 to 1000000, default 1000.</summary>
    [Range(0, 1_000_000)]
    public int RefusalLinesPerSecond { get; set; } = 1000;
}
