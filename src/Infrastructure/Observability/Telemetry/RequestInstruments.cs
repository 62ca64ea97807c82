using System.Diagnostics;
using System.Diagnostics.Metrics;
using DataHub.Application.Observability.Contracts;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>The same figures as instruments, for OTLP. Made only when there is somewhere to send them.</summary>
internal sealed class RequestInstruments
{
    /// <summary>Name of the meter; the page of <c>/metrics</c> leaves it out, because it writes these figures itself.</summary>
    public const string MeterName = "DataHub.Requests";

    private const double MicrosPerSecond = 1_000_000d;

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _overhead;
    private readonly Histogram<double> _upstream;
    private readonly Counter<long> _failures;

    /// <summary>Makes the instruments.</summary>
    public RequestInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("datahub.requests", "{request}", "Proxied requests.");
        _overhead = meter.CreateHistogram<double>("datahub.gateway.overhead", "s", "Time in the gateway itself.");
        _upstream = meter.CreateHistogram<double>("datahub.upstream.duration", "s", "Time of the upstream.");
        _failures = meter.CreateCounter<long>("datahub.auth.failures", "{request}", "Requests without an acceptable key.");
    }

    /// <summary>Records a request.</summary>
    public void Record(RequestRecord record, string route, long overheadMicros)
    {
        var statusClass = RouteSeries.Classes[Math.Clamp(record.Status / 100, 1, RouteSeries.Classes.Length) - 1];
        var method = Array.IndexOf(RouteSeries.Methods, record.Method) < 0 ? "_OTHER" : record.Method;
        _requests.Add(1, new TagList { { "route", route }, { "method", method }, { "status_class", statusClass } });
        _overhead.Record(overheadMicros / MicrosPerSecond);
        if (record is { UpstreamMicros: >= 0, UpstreamId: { } cluster })
        {
            _upstream.Record(record.UpstreamMicros / MicrosPerSecond, new TagList { { "cluster", cluster }, { "destination", record.Destination } });
        }

        if (record.Outcome is RequestOutcome.Unauthenticated or RequestOutcome.Forbidden)
        {
            _failures.Add(1, new TagList { { "reason", record.ErrorCode } });
        }
    }
}
