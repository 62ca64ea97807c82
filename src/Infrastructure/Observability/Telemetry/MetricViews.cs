using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>What of each instrument the page of <c>/metrics</c> shows, and how many series it may have. Room for all of them is taken when the instrument is met: 70 bytes each.</summary>
internal static class MetricViews
{
    /// <summary>Series of an instrument whose tags are words of a short list; what comes past them is one series, <c>otel_metric_overflow</c>.</summary>
    public const int FewSeries = 100;

    /// <summary>Series of an instrument that has some for each limit, issuer or route.</summary>
    public const int ManySeries = 2_000;

    /// <summary>The view of an instrument.</summary>
    /// <param name="instrument">The instrument.</param>
    public static MetricStreamConfiguration Of(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        // The page writes these itself, from their cells.
        (RequestInstruments.MeterName, _) => MetricStreamConfiguration.Drop,

        // The address that a listener is bound to is nobody's business on a page without a lock.
        (_, "kestrel.connection.duration") => new ExplicitBucketHistogramConfiguration
        {
            Boundaries = [0.01, 0.1, 1, 10, 60, 300], TagKeys = ["network.protocol.version", "error.type"], CardinalityLimit = FewSeries,
        },
        ("Microsoft.AspNetCore.Server.Kestrel", _) => new MetricStreamConfiguration
        {
            TagKeys = ["network.transport", "network.protocol.version", "tls.protocol.version", "error.type"], CardinalityLimit = FewSeries,
        },
        (_, "datahub.ratelimit.decisions" or "datahub.issuer.keys.age") or ("Microsoft.AspNetCore.Hosting", _) => new MetricStreamConfiguration { CardinalityLimit = ManySeries },
        _ => new MetricStreamConfiguration { CardinalityLimit = FewSeries },
    };
}
