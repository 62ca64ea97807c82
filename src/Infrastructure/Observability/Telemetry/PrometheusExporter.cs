using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Writes what a meter provider has collected as Prometheus text. Pulled: it exports when a page is asked for.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <inheritdoc/>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Where the next collection is written.</summary>
    public PrometheusText? Target { get; set; }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        if (Target is not { } page)
        {
            return ExportResult.Success;
        }

        var metrics = new List<Metric>();
        foreach (var metric in batch)
        {
            metrics.Add(metric);
        }

        // Instruments of one name, from meters of one name, are one family and may not be repeated.
        foreach (var family in metrics.GroupBy(NameOf, StringComparer.Ordinal).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Write(page, family.Key, family.First());
        }

        return ExportResult.Success;
    }

    /// <summary>The Prometheus name of an instrument: dots become underscores, the unit and <c>_total</c> are added.</summary>
    public static string NameOf(Metric metric)
    {
        var name = PrometheusText.MetricName(metric.Name);
        var unit = metric.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        if (!name.EndsWith(unit, StringComparison.Ordinal))
        {
            name += unit;
        }

        return metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => name.EndsWith("_total", StringComparison.Ordinal) ? name : name + "_total",
            MetricType.Histogram => name,
            // The suffix _count belongs to histograms.
            _ when name.EndsWith("assembly_count", StringComparison.Ordinal) => name[..^"y_count".Length] + "ies",
            _ when name.EndsWith("_count", StringComparison.Ordinal) => name[..^"_count".Length] + "s",
            _ => name,
        };
    }

    private static void Write(PrometheusText page, string name, Metric metric)
    {
        var help = string.IsNullOrEmpty(metric.Description) ? metric.Name : metric.Description;
        switch (metric.MetricType)
        {
            case MetricType.Histogram:
                page.Family(name, "histogram", help);
                break;
            case MetricType.LongSum or MetricType.DoubleSum:
                page.Family(name, "counter", help);
                break;
            case MetricType.ExponentialHistogram:
                return;
            default:
                page.Family(name, "gauge", help);
                break;
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point);
            if (metric.MetricType == MetricType.Histogram)
            {
                WriteHistogram(page, name, point, labels);
            }
            else
            {
                page.Sample(name, ValueOf(metric.MetricType, point), labels);
            }
        }
    }

    private static double ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private static void WriteHistogram(PrometheusText page, string name, in MetricPoint point, (string, string)[] labels)
    {
        var bounds = new List<double>();
        var counts = new List<long>();
        foreach (var bucket in point.GetHistogramBuckets())
        {
            counts.Add(bucket.BucketCount);
            if (!double.IsPositiveInfinity(bucket.ExplicitBound))
            {
                bounds.Add(bucket.ExplicitBound);
            }
        }

        page.Histogram(name, bounds.ToArray(), counts.ToArray(), point.GetHistogramSum(), labels);
    }

    private static (string Name, string Value)[] LabelsOf(in MetricPoint point)
    {
        var labels = new List<(string, string)>();
        foreach (var tag in point.Tags)
        {
            labels.Add((tag.Key, tag.Value switch
            {
                null => "",
                string text => text,
                bool flag => flag ? "true" : "false",
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var other => other.ToString() ?? "",
            }));
        }

        return [.. labels];
    }
}
