using System.Diagnostics;
using System.Diagnostics.Metrics;
using DataHub.Application.Observability.Contracts;
using DataHub.Infrastructure.Observability.RequestLogs;

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
    public RequestInstruments(IMeterFactory meters, RequestLogCounters log, RowSpool spool)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("datahub.requests", "{request}", "Proxied requests.");
        _overhead = meter.CreateHistogram<double>("datahub.gateway.overhead", "s", "Time in the gateway itself.");
        _upstream = meter.CreateHistogram<double>("datahub.upstream.duration", "s", "Time of the upstream.");
        _failures = meter.CreateCounter<long>("datahub.auth.failures", "{request}", "Requests without an acceptable key.");
        meter.CreateObservableGauge("datahub.log.queue_depth", () => log.Queued, "{row}", "Request logs that wait in memory.");
        meter.CreateObservableGauge("datahub.log.spool", () => spool.Bytes, "By", "Request logs that wait on disk for the database.");
        meter.CreateObservableGauge("datahub.log.store_up", () => log.StoreAway ? 0 : 1, description: "1 while the database takes request logs.");
        meter.CreateObservableCounter("datahub.log.written", () => log.Written, "{row}", "Request logs that the database has taken.");
        meter.CreateObservableCounter("datahub.log.dropped", () => log.Dropped, "{row}", "Request logs that were lost because queue and spool were full.");
        meter.CreateObservableCounter("datahub.log.rejected", () => log.Rejected, "{row}", "Request logs that the database refused.");
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
