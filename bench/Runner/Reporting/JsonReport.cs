using System.Text.Json;
using DataHub.Bench.Runner.Measuring;

namespace DataHub.Bench.Runner.Reporting;

/// <summary>The rows for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(string file, IReadOnlyList<Row> rows)
    {
        var reference = rows.FirstOrDefault(row => row.Name == "yarp");
        var report = new
        {
            Rows = rows.Select(row => new
            {
                row.Name,
                Rps = Math.Round(row.RequestsPerSecond, 1),
                Ratio = reference is null ? (double?)null : Math.Round(row.RequestsPerSecond / reference.RequestsPerSecond, 3),
                P50Ms = Math.Round(row.P50Ms, 3),
                P99Ms = Math.Round(row.P99Ms, 3),
                CpuMicros = Math.Round(row.CpuMicros, 2),
                BytesPerRequest = row.BytesPerRequest is { } bytes ? Math.Round(bytes, 1) : (double?)null,
                RssMb = Math.Round(row.ResidentMegabytes, 1),
            }),
        };
        File.WriteAllText(file, JsonSerializer.Serialize(report, Format) + "\n");
    }
}
