using BenchmarkDotNet.Reports;

namespace DataHub.Benchmarks;

/// <summary>Marks benchmarks of the request path's decisions: they must not allocate.</summary>
internal static class ZeroAllocation
{
    /// <summary>The category of such benchmarks.</summary>
    public const string Decision = nameof(Decision);

    /// <summary>Looks through the results.</summary>
    /// <param name="summaries">What was run.</param>
    /// <param name="errors">Where each benchmark that failed is named.</param>
    /// <returns>The exit code: 1 when a decision allocated or did not run, or when nothing ran.</returns>
    public static int Check(IEnumerable<Summary> summaries, TextWriter errors)
    {
        var reports = summaries.SelectMany(summary => summary.Reports).ToList();
        var failed = reports.Count == 0 ? 1 : 0;
        foreach (var report in reports)
        {
            var name = report.BenchmarkCase.Descriptor.DisplayInfo;
            if (!report.Success)
            {
                errors.WriteLine($"{name}: did not run");
                failed = 1;
            }
            else if (report.BenchmarkCase.Descriptor.HasCategory(Decision)
                && report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is > 0 and var bytes)
            {
                errors.WriteLine($"{name}: allocates {bytes} bytes for each decision; 0 are allowed");
                failed = 1;
            }
        }

        return failed;
    }
}
