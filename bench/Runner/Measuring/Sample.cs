using DataHub.Bench.Runner.Load;

namespace DataHub.Bench.Runner.Measuring;

/// <summary>One run of one system.</summary>
/// <param name="Load">What the load generator saw.</param>
/// <param name="CpuMicros">CPU of the system per request, in microseconds, with the work it does after the answers.</param>
/// <param name="BytesPerRequest">Bytes allocated on the managed heap per request; null where there is none.</param>
/// <param name="ResidentMegabytes">The most memory that was resident since the start, in MiB.</param>
/// <param name="LoadCoreBusy">Share of the load's core that was in use: near 1, that core and not the system sets the figure.</param>
internal sealed record Sample(LoadResult Load, double CpuMicros, double? BytesPerRequest, double ResidentMegabytes, double LoadCoreBusy);

/// <summary>The median of a system's runs, field by field.</summary>
/// <param name="Name">The system, with <c>-half</c> or <c>-cold</c> for its other rows.</param>
internal sealed record Row(
    string Name,
    double RequestsPerSecond,
    double P50Ms,
    double P99Ms,
    double CpuMicros,
    double? BytesPerRequest,
    double ResidentMegabytes,
    double LoadCoreBusy)
{
    public static Row Of(string name, IReadOnlyCollection<Sample> samples) => new(
        name,
        Median(samples.Select(s => s.Load.RequestsPerSecond)),
        Median(samples.Select(s => s.Load.P50Ms)),
        Median(samples.Select(s => s.Load.P99Ms)),
        Median(samples.Select(s => s.CpuMicros)),
        samples.All(s => s.BytesPerRequest is not null) ? Median(samples.Select(s => s.BytesPerRequest!.Value)) : null,
        samples.Max(s => s.ResidentMegabytes),
        Median(samples.Select(s => s.LoadCoreBusy)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
