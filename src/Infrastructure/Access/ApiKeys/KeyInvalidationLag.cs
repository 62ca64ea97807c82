using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>
/// The metric <c>datahub_key_invalidation_lag_seconds</c>: from the commit of a change to the moment at which this node has forgotten
/// what it knew. Reads the clocks of two machines; what comes out negative counts as 0.
/// </summary>
internal sealed class KeyInvalidationLag
{
    private const int Remembered = 4096;

    private readonly Histogram<double> _lag;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<long, bool> _known = new();
    private readonly ConcurrentQueue<long> _order = new();

    public KeyInvalidationLag(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        _lag = meters.Create("DataHub.Access").CreateHistogram(
            "datahub.key.invalidation.lag", "s", "Time from the commit of a change of keys to this node having forgotten what it knew.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    /// <summary>Records a change that was taken in just now; each counts once.</summary>
    public void Record(CommittedChange change)
    {
        if (change.Number == 0 || !_known.TryAdd(change.Number, true))
        {
            return;
        }

        _lag.Record(Math.Max(0, (_clock.GetUtcNow() - change.At).TotalSeconds));
        _order.Enqueue(change.Number);
        if (_order.Count > Remembered && _order.TryDequeue(out var oldest))
        {
            _known.TryRemove(oldest, out _);
        }
    }
}
