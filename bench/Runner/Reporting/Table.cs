using System.Globalization;
using System.Text;
using DataHub.Bench.Runner.Measuring;

namespace DataHub.Bench.Runner.Reporting;

/// <summary>The rows for people, and how they stand against the aims.</summary>
internal static class Table
{
    private const double LoadCoreFull = 0.97;

    public static string Of(IReadOnlyList<Row> rows)
    {
        var reference = rows.FirstOrDefault(row => row.Name == "yarp");
        var text = new StringBuilder();
        Line(text, $"{"",-20}{"requests/s",12}{"ratio",8}{"p50 ms",9}{"p99 ms",9}{"CPU µs",9}{"bytes",9}{"peak MiB",10}{"load core",11}");
        foreach (var row in rows)
        {
            var ratio = reference is null ? "-" : Text(row.RequestsPerSecond / reference.RequestsPerSecond, "F2");
            var bytes = row.BytesPerRequest is { } value ? Text(value, "N0") : "-";
            Line(
                text,
                $"{row.Name,-20}{row.RequestsPerSecond,12:N0}{ratio,8}{row.P50Ms,9:F2}{row.P99Ms,9:F2}{row.CpuMicros,9:F1}{bytes,9}{row.ResidentMegabytes,10:F0}{row.LoadCoreBusy,11:P0}");
        }

        text.AppendLine();
        foreach (var row in rows.Where(row => row.LoadCoreBusy > LoadCoreFull && !row.Name.EndsWith("-half", StringComparison.Ordinal)))
        {
            Line(text, $"{row.Name}: the load's core was full, so the system could have done more.");
        }

        foreach (var (aim, figure, met) in Aims(rows))
        {
            Line(text, $"{(met ? "met   " : "MISSED")} {aim}: {figure}");
        }

        return text.ToString();
    }

    private static IEnumerable<(string Aim, string Figure, bool Met)> Aims(IReadOnlyList<Row> rows)
    {
        var byName = rows.ToDictionary(row => row.Name, StringComparer.Ordinal);
        foreach (var (name, other, factor) in new[]
        {
            ("datahub-memory", "yarp", 0.80), ("datahub-redis", "yarp", 0.70), ("datahub-memory", "fastify", 3.0), ("datahub-redis", "fastify", 3.0),
        })
        {
            if (byName.TryGetValue(name, out var row) && byName.TryGetValue(other, out var reference))
            {
                var ratio = row.RequestsPerSecond / reference.RequestsPerSecond;
                yield return ($"{name} at least {Text(factor, "F2")} × {other}", Text(ratio, "F2"), ratio >= factor);
            }
        }

        foreach (var name in new[] { "datahub-memory", "datahub-redis" })
        {
            if (byName.TryGetValue(name + "-half", out var half) && byName.TryGetValue("yarp-half", out var reference))
            {
                var more = half.P99Ms - reference.P99Ms;
                yield return ($"{name} p99 at half load within 2 ms of yarp", $"{Text(more, "+0.00;-0.00")} ms", more <= 2);
            }

            if (byName.TryGetValue(name, out var full))
            {
                yield return ($"{name} under 200 MiB resident", $"{Text(full.ResidentMegabytes, "F0")} MiB", full.ResidentMegabytes < 200);
            }
        }
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
