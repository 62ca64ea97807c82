using System.Globalization;
using DataHub.Bench.Runner.Processes;
using DataHub.Bench.Runner.Systems;

namespace DataHub.Bench.Runner.Load;

/// <summary>What the load generator saw in one run.</summary>
/// <param name="Requests">Answered ones.</param>
/// <param name="Seconds">Length of the run.</param>
/// <param name="P50Ms">Median latency in milliseconds.</param>
/// <param name="P99Ms">99th percentile in milliseconds.</param>
internal sealed record LoadResult(long Requests, double Seconds, double P50Ms, double P99Ms)
{
    public double RequestsPerSecond => Requests / Seconds;
}

/// <summary>Drives wrk on the load's core: one thread, 64 connections.</summary>
internal sealed class Wrk(BenchEnvironment environment)
{
    private const int Connections = 64;

    /// <summary>As much as the system takes.</summary>
    public Task<LoadResult> FullAsync(GatewaySystem system, int seconds, CancellationToken cancellationToken) =>
        RunAsync(system, seconds, "full.lua", [], cancellationToken);

    /// <summary>A fixed mean rate.</summary>
    public Task<LoadResult> AtRateAsync(GatewaySystem system, int seconds, double requestsPerSecond, CancellationToken cancellationToken) =>
        RunAsync(system, seconds, "half.lua", ["--", requestsPerSecond.ToString("F0", CultureInfo.InvariantCulture)], cancellationToken);

    private async Task<LoadResult> RunAsync(
        GatewaySystem system, int seconds, string script, string[] arguments, CancellationToken cancellationToken)
    {
        var output = await Commands.RunAsync(
            [
                "taskset", "-c", $"{environment.Cores.Load}", "wrk", "-t1", $"-c{Connections}", $"-d{seconds}s", "--timeout", "10s",
                "-H", $"X-API-Key: {system.ApiKey}", "-s", Path.Combine(environment.Options.Root, "bench/Load", script),
                system.Url.ToString(), .. arguments,
            ],
            TimeSpan.FromSeconds(seconds + 20),
            cancellationToken);
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("result ", StringComparison.Ordinal))
            ?? throw new BenchException($"wrk printed no result:\n{output}");
        var values = line.Split(' ')[1..].Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        if (values is not [> 0, > 0, _, _, 0, 0])
        {
            throw new BenchException(
                $"{system.Name}: of {values[0]:F0} answers {values[4]:F0} were refusals or errors, and {values[5]:F0} connections failed. "
                + $"Every answer must be the upstream's. The logs are in {environment.Options.Work}.\n{output}");
        }

        return new LoadResult((long)values[0], values[1] / 1e6, values[2] / 1e3, values[3] / 1e3);
    }
}
