using System.Globalization;

namespace DataHub.Bench.Runner.Systems;

/// <summary>Reads single figures out of the Prometheus text format.</summary>
internal static class PrometheusText
{
    /// <summary>The sum of a metric over all its labels.</summary>
    /// <returns>Null when there is none of that name, with or without <c>_total</c>.</returns>
    public static double? Sum(string text, string name)
    {
        var values = text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && IsEndOfName(line[name.Length..]))
            .Select(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[line.Contains('}', StringComparison.Ordinal) ? 0 : 1], CultureInfo.InvariantCulture))
            .ToList();
        return values.Count == 0 ? null : values.Sum();
    }

    private static bool IsEndOfName(string rest) =>
        rest.StartsWith(' ') || rest.StartsWith('{') || rest.StartsWith("_total ", StringComparison.Ordinal) || rest.StartsWith("_total{", StringComparison.Ordinal);
}
