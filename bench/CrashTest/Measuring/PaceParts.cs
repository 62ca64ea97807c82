namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>How fast events get in, and out again.</summary>
internal static class PaceParts
{
    /// <summary>Events a second of an even pace.</summary>
    public const int PerSecond = 200;

    private const int Endpoints = 8;
    private const int WarmUpSeconds = 6;

    public static async Task FirstAttemptAsync(Rig rig, Figures figures)
    {
        await rig.SubscribeAsync("pace.one", "/seen/pace");
        await rig.PaceAsync(["pace.one"], PerSecond, WarmUpSeconds);
        figures.AddTimes("pace", $"event to first attempt at {PerSecond} events/s", await rig.PaceAsync(["pace.one"], PerSecond, rig.Options.PaceSeconds));
    }

    public static async Task FloodAsync(Rig rig, Figures figures)
    {
        for (var i = 0; i < Endpoints; i++)
        {
            await rig.SubscribeAsync("flood.one", $"/flood/{i}");
        }

        await RoundAsync(rig, rig.Options.Rows(1_000));
        for (var round = 0; round < 3; round++)
        {
            var events = rig.Options.Rows(4_000);
            figures.Add("flood", $"{events} events to each of {Endpoints} endpoints, publishing included", events * Endpoints / await RoundAsync(rig, events), "deliveries/s");
        }
    }

    public static async Task PublishAsync(Rig rig, Figures figures)
    {
        await rig.PublishAsync("nobody.one", 3_000, 1, 32);
        foreach (var clients in new[] { 16, 64, 256 })
        {
            var requests = rig.Options.Rows(20_000);
            figures.Add("publish", $"single events, {clients} clients at once", requests / await rig.PublishAsync("nobody.one", requests, 1, clients), "events/s");
            await rig.FannedOutAsync();
        }

        var batches = rig.Options.Rows(1_000);
        figures.Add("publish", $"batches of {Rig.Batch}, 8 clients at once", batches * Rig.Batch / await rig.PublishAsync("nobody.one", batches, Rig.Batch, 8), "events/s");
        await rig.FannedOutAsync();
    }

    private static async Task<double> RoundAsync(Rig rig, int events)
    {
        var (began, before) = (TimeProvider.System.GetTimestamp(), rig.Receiver.Counted);
        await rig.PublishAsync("flood.one", events / Rig.Batch, Rig.Batch, 8);
        await rig.ArrivedAsync(before + ((long)events * Endpoints));
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
