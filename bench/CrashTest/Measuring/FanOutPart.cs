namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>One event to very many subscriptions, and what that does to others.</summary>
internal static class FanOutPart
{
    private const int OthersPerSecond = 100;
    private const int AtOnce = 8;
    private const int WarmUpSeconds = 6;

    public static async Task RunAsync(Rig rig, Figures figures)
    {
        string[] others = ["other.one"];
        var subscriptions = rig.Options.Rows(10_000);
        await rig.SubscribeAsync(others[0], "/seen/other");
        var began = TimeProvider.System.GetTimestamp();
        await rig.WaitForDiskAsync(false); // Making them is not what is measured.
        await Parallel.ForAsync(0, subscriptions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await rig.SubscribeAsync("many.one", $"/many/{i}"));
        await rig.WaitForDiskAsync(true);
        figures.Add("fan-out", $"making {subscriptions} subscriptions, without waiting for the disk", subscriptions / TimeProvider.System.GetElapsedTime(began).TotalSeconds, "a second");
        await rig.PaceAsync(others, OthersPerSecond, WarmUpSeconds);

        await using (var before = rig.Watch())
        {
            figures.AddTimes("fan-out", $"another endpoint at {OthersPerSecond} events/s, before", await rig.PaceAsync(others, OthersPerSecond, rig.Options.PaceSeconds / 3));
            figures.Add("fan-out", "resident before, median", (await before.StopAsync()).Steady, "MiB");
        }

        for (var round = 1; round <= 2; round++)
        {
            await rig.Statements.BeginAsync();
            await using var memory = rig.Watch();
            var counted = rig.Receiver.Counted;
            var pace = rig.PaceAsync(others, OthersPerSecond, rig.Options.PaceSeconds / 3);
            began = TimeProvider.System.GetTimestamp();
            await rig.PublishAsync("many.one", 1, 1, 1);
            await rig.ArrivedAsync(counted + subscriptions);
            figures.Add("fan-out", $"event {round} to all {subscriptions}, until the last arrived", TimeProvider.System.GetElapsedTime(began).TotalSeconds, "s");
            figures.AddTimes("fan-out", $"another endpoint at {OthersPerSecond} events/s, meanwhile", await pace);
            figures.Add("fan-out", "resident meanwhile, peak", (await memory.StopAsync()).Peak, "MiB");
            await rig.Statements.ReportAsync(figures, "fan-out", "meanwhile");
        }
    }
}
