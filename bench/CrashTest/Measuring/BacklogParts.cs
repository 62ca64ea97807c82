using DataHub.TestKit.Waiting;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>What deep backlogs do to the memory of the gateway, and to endpoints that have none.</summary>
internal static class BacklogParts
{
    private const int Endpoints = 8;
    private const int MostAtOnce = 100; // The most that a subscription may have: the worst that one endpoint can do.
    private const int WarmUpSeconds = 8;

    private static readonly TimeSpan FarAway = TimeSpan.FromHours(6);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    public static async Task HangAsync(Rig rig, Figures figures)
    {
        var types = await HealthyAsync(rig);
        await rig.PaceAsync(types, PaceParts.PerSecond, WarmUpSeconds);
        await rig.Statements.BeginAsync();
        var alone = await rig.PaceAsync(types, PaceParts.PerSecond, rig.Options.PaceSeconds);
        figures.AddTimes("hang", $"{Endpoints} healthy endpoints, {PaceParts.PerSecond} events/s", alone);
        await rig.Statements.ReportAsync(figures, "hang", "alone");

        var waiting = rig.Options.Rows(500_000);
        var hanging = await rig.SubscribeAsync("waiting.one", "/hang/one", MostAtOnce);
        await rig.Backlog.AddAsync(hanging, waiting, TimeSpan.Zero);
        await Eventually.TrueAsync(() => rig.Receiver.Hanging >= MostAtOnce, "it hangs", HangLimit);
        await rig.Statements.BeginAsync();
        var beside = await rig.PaceAsync(types, PaceParts.PerSecond, rig.Options.PaceSeconds);
        figures.AddTimes("hang", $"the same, one more hangs with {waiting} due", beside);
        figures.Add("hang", "ratio of the two, p99", Figures.At(beside, 0.99) / Figures.At(alone, 0.99), "x");
        await rig.Statements.ReportAsync(figures, "hang", "beside");
    }

    public static async Task MemoryAsync(Rig rig, Figures figures)
    {
        var types = await HealthyAsync(rig);
        await rig.PaceAsync(types, PaceParts.PerSecond, WarmUpSeconds);
        await MeasureAsync(rig, figures, types, "0 waiting");

        var waiting = rig.Options.Rows(1_000_000);
        var held = await rig.SubscribeAsync("waiting.one", "/seen/held");
        await rig.DisableAsync(held);
        await rig.Backlog.AddAsync(held, waiting * 4 / 10, TimeSpan.Zero);
        await rig.Backlog.AddAsync(await rig.SubscribeAsync("waiting.one", "/seen/later"), waiting * 4 / 10, FarAway);
        await rig.Backlog.AddAsync(await rig.SubscribeAsync("waiting.one", "/hang/one", MostAtOnce), waiting * 2 / 10, TimeSpan.Zero);
        await Eventually.TrueAsync(() => rig.Receiver.Hanging >= MostAtOnce, "it hangs", HangLimit);
        await MeasureAsync(rig, figures, types, $"{waiting} waiting");
    }

    private static async Task MeasureAsync(Rig rig, Figures figures, IReadOnlyList<string> types, string when)
    {
        await rig.Statements.BeginAsync();
        await using var memory = rig.Watch();
        var times = await rig.PaceAsync(types, PaceParts.PerSecond, rig.Options.PaceSeconds);
        var (steady, peak) = await memory.StopAsync();
        figures.Add("memory", $"{when}: resident, median", steady, "MiB");
        figures.Add("memory", $"{when}: resident, peak", peak, "MiB");
        figures.AddTimes("memory", $"{when}: {Endpoints} healthy endpoints, {PaceParts.PerSecond} events/s", times);
        await rig.Statements.ReportAsync(figures, "memory", when);
    }

    private static async Task<IReadOnlyList<string>> HealthyAsync(Rig rig)
    {
        var types = Enumerable.Range(0, Endpoints).Select(i => $"healthy.n{i}").ToList();
        foreach (var type in types)
        {
            await rig.SubscribeAsync(type, "/seen/" + type);
        }

        return types;
    }
}
