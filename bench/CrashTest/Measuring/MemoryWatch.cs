using System.Globalization;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>Looks at the resident memory of a process five times a second.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<double> _seen = [];
    private readonly Task _watching;

    public MemoryWatch(int process) => _watching = WatchAsync($"/proc/{process}/status");

    /// <summary>Ends the watch; MiB.</summary>
    public async Task<(double Steady, double Peak)> StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _seen.Sort();
        return (Figures.At(_seen, 0.5), _seen[^1]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(string file)
    {
        do
        {
            var line = File.ReadLines(file).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            _seen.Add(double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!_stop.IsCancellationRequested);
    }
}
