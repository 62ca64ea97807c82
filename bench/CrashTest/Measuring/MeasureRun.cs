using System.Runtime.InteropServices;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>The figures of webhooks, against a real gateway process. Everything is on this machine, the database, the producer and the receiver too.</summary>
internal static class MeasureRun
{
    private static readonly (string Name, Func<Rig, Figures, Task> RunAsync)[] Parts =
    [
        ("pace", PaceParts.FirstAttemptAsync), ("flood", PaceParts.FloodAsync), ("publish", PaceParts.PublishAsync),
        ("hang", BacklogParts.HangAsync), ("memory", BacklogParts.MemoryAsync), ("fan-out", FanOutPart.RunAsync),
    ];

    public static async Task<int> MainAsync(string[] args)
    {
        var options = MeasureOptions.Parse(args);
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var figures = new Figures();
        Figures.PrintHead();
        try
        {
            foreach (var part in Parts.Where(p => options.Parts.Count == 0 || options.Parts.Contains(p.Name)))
            {
                // Each part has servers of its own: what one leaves behind is not the next one's.
                await using var rig = await Rig.StartAsync(options);
                await part.RunAsync(rig, figures).WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }

        if (options.Json is not null)
        {
            figures.Write(options.Json, options);
        }

        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
