using System.Diagnostics;
using DataHub.Bench.Runner.Load;
using DataHub.Bench.Runner.Processes;
using DataHub.Bench.Runner.Systems;

namespace DataHub.Bench.Runner.Measuring;

/// <summary>Measures one run: the load's view, and what the kernel and the runtime count meanwhile.</summary>
internal sealed class Meter(BenchEnvironment environment)
{
    private const double QuietShare = 0.05;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Measures one run.</summary>
    /// <param name="system">The system under load.</param>
    /// <param name="load">Puts the load on.</param>
    /// <param name="cold">True to begin at once, before the process comes to rest.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<Sample> MeasureAsync(
        GatewaySystem system, Func<Task<LoadResult>> load, bool cold, CancellationToken cancellationToken)
    {
        if (!cold)
        {
            await UntilQuietAsync(system, cancellationToken);
        }

        var bytesBefore = await system.AllocatedBytesAsync(cancellationToken);
        var cpuBefore = ProcessTree.CpuSeconds(system.ProcessId);
        var (busyBefore, totalBefore) = Cores.Jiffies(environment.Cores.Load);
        var result = await load();
        var (busyAfter, totalAfter) = Cores.Jiffies(environment.Cores.Load);

        // What a system puts off until after the answer, such as writing its log, is part of the request's price.
        await UntilQuietAsync(system, cancellationToken);
        var cpuAfter = ProcessTree.CpuSeconds(system.ProcessId);
        var bytesAfter = await system.AllocatedBytesAsync(cancellationToken);
        await system.EnsureNothingLeftUndoneAsync(cancellationToken);
        return new Sample(
            result,
            (cpuAfter - cpuBefore) * 1e6 / result.Requests,
            (bytesAfter - bytesBefore) / (double)result.Requests,
            ProcessTree.PeakResidentMegabytes(system.ProcessId),
            (busyAfter - busyBefore) / (double)Math.Max(1, totalAfter - totalBefore));
    }

    /// <summary>Waits until the system and the stores have nothing left to do, so that one run does not bill the next.</summary>
    private async Task UntilQuietAsync(GatewaySystem system, CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        var before = Used(system);
        var quiet = 0;
        while (quiet < 2 && started.Elapsed < Patience)
        {
            var since = started.Elapsed;
            await Task.Delay(Look, cancellationToken);
            var now = Used(system);
            quiet = (now - before) / (started.Elapsed - since).TotalSeconds < QuietShare ? quiet + 1 : 0;
            before = now;
        }
    }

    private double Used(GatewaySystem system) =>
        ProcessTree.CpuSeconds(system.ProcessId) + ProcessTree.CpuSeconds(environment.Postgres.ProcessId) + ProcessTree.CpuSeconds(environment.Redis.ProcessId);
}
