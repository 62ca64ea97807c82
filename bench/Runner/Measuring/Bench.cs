using System.Globalization;
using DataHub.Bench.Runner.Load;
using DataHub.Bench.Runner.Systems;

namespace DataHub.Bench.Runner.Measuring;

/// <summary>The whole measurement: warm-up, full load in turns, half load in turns, cold starts.</summary>
internal sealed class Bench(BenchEnvironment environment, IReadOnlyList<GatewaySystem> systems)
{
    private const int WarmUpSlice = 5;

    private readonly BenchPlan _plan = environment.Options.Plan;
    private readonly Meter _meter = new(environment);
    private readonly Wrk _wrk = new(environment);

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var system in systems)
        {
            await WarmUpAsync(system, cancellationToken);
        }

        var full = await InTurnsAsync(
            systems, _plan.Rounds, "full load", s => _wrk.FullAsync(s, _plan.RunSeconds, cancellationToken), cancellationToken);
        var rates = full.ToDictionary(row => row.Name, row => row.RequestsPerSecond / 2, StringComparer.Ordinal);
        var half = await InTurnsAsync(
            [.. systems.Where(s => s.HasHalfRow)],
            _plan.HalfRounds,
            "half load",
            s => _wrk.AtRateAsync(s, _plan.HalfSeconds, rates[s.Name], cancellationToken),
            cancellationToken);
        var cold = new List<Row>();
        foreach (var system in systems.Where(s => s.HasColdRow))
        {
            cold.Add(await ColdAsync(system, cancellationToken));
        }

        return [.. full, .. half.Select(row => row with { Name = row.Name + "-half" }), .. cold];
    }

    // Tiered compilation ends when it ends: a system that still gains after the planned time goes on, up to four times as long.
    private async Task WarmUpAsync(GatewaySystem system, CancellationToken cancellationToken)
    {
        var least = system.CompilesAtRunTime ? _plan.ManagedWarmUpSeconds : _plan.NativeWarmUpSeconds;
        var slice = Math.Min(least, WarmUpSlice);
        double best = 0;
        var withoutGain = 0;
        var seconds = 0;
        while (seconds < least || (withoutGain < 2 && seconds < 4 * least))
        {
            var rate = (await _wrk.FullAsync(system, slice, cancellationToken)).RequestsPerSecond;
            withoutGain = rate > best * 1.05 ? 0 : withoutGain + 1;
            best = Math.Max(best, rate);
            seconds += slice;
        }

        Progress($"warmed up {system.Name} for {seconds} s");
    }

    private async Task<IReadOnlyList<Row>> InTurnsAsync(
        IReadOnlyList<GatewaySystem> turn, int rounds, string what, Func<GatewaySystem, Task<LoadResult>> load, CancellationToken cancellationToken)
    {
        var samples = turn.ToDictionary(system => system, _ => new List<Sample>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var system in turn)
            {
                var sample = await _meter.MeasureAsync(system, () => load(system), cold: false, cancellationToken);
                samples[system].Add(sample);
                Progress($"{what} {round}/{rounds} {system.Name}: {Describe(sample)}");
            }
        }

        return [.. turn.Select(system => Row.Of(system.Name, samples[system]))];
    }

    private async Task<Row> ColdAsync(GatewaySystem system, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>();
        for (var start = 1; start <= _plan.ColdStarts; start++)
        {
            await system.DisposeAsync();
            await system.StartAsync(cancellationToken);
            var sample = await _meter.MeasureAsync(
                system, () => _wrk.FullAsync(system, _plan.ColdSeconds, cancellationToken), cold: true, cancellationToken);
            samples.Add(sample);
            Progress($"cold start {start}/{_plan.ColdStarts} {system.Name}: {Describe(sample)}");
        }

        return Row.Of(system.Name + "-cold", samples);
    }

    private static string Describe(Sample sample) => string.Create(
        CultureInfo.InvariantCulture, $"{sample.Load.RequestsPerSecond:N0} requests/s, p99 {sample.Load.P99Ms:N2} ms, {sample.CpuMicros:N1} µs");

    private static void Progress(string text) => Console.Error.WriteLine("  " + text);
}
