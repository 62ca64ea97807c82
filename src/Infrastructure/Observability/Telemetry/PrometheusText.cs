using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Writes the Prometheus text format 0.0.4. Values of labels are escaped, names are made valid.</summary>
internal sealed class PrometheusText
{
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);

    /// <summary>The page so far.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Begins a family.</summary>
    /// <param name="name">A valid metric name.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">One sentence.</param>
    public void Family(string name, string type, string help)
    {
        Append("# HELP ").Append(name).Append(" ").Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append("\n# TYPE ").Append(name).Append(" ").Append(type).Append("\n");
    }

    /// <summary>A family with one sample and no label.</summary>
    public void Single(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    /// <summary>One sample of the family.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Append(name);
        if (!labels.IsEmpty)
        {
            Append("{");
            for (var i = 0; i < labels.Length; i++)
            {
                Append(i == 0 ? "" : ",").Append(LabelName(labels[i].Name)).Append("=\"").Append(Escape(labels[i].Value)).Append("\"");
            }

            Append("}");
        }

        Append(" ").Append(Number(value)).Append("\n");
    }

    /// <summary>The samples of one histogram: cumulative buckets, sum, count.</summary>
    /// <param name="name">The family.</param>
    /// <param name="bounds">Upper bounds, rising.</param>
    /// <param name="counts">Counts per bucket, one more than bounds.</param>
    /// <param name="sum">Sum of all values.</param>
    /// <param name="labels">Labels of the series.</param>
    public void Histogram(string name, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        (string, string)[] withBound = [.. labels, ("le", "")];
        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            withBound[^1] = ("le", i < bounds.Length ? Number(bounds[i]) : "+Inf");
            Sample(name + "_bucket", total, withBound);
        }

        Sample(name + "_sum", sum, labels);
        Sample(name + "_count", total, labels);
    }

    /// <summary>A name that the format allows: letters, digits, <c>_</c> and <c>:</c>, no digit first.</summary>
    public static string MetricName(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var valid = char.IsAsciiLetterOrDigit(c) || c is '_' or ':';
            if (valid || (result.Length > 0 && result[^1] != '_'))
            {
                result.Append(valid ? c : '_');
            }
        }

        return result.Length == 0 || char.IsAsciiDigit(result[0]) ? "_" + result : result.ToString();
    }

    private static string LabelName(string name) => MetricName(name).Replace(':', '_');

    private static string Escape(string value) => value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
        ? value
        : value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private PrometheusText Append(string text)
    {
        // Lone surrogates become U+FFFD: the page must be valid UTF-8.
        Encoding.UTF8.GetBytes(text, _buffer);
        return this;
    }
}
