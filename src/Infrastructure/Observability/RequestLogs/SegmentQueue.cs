namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Sealed segments in order, and the pool they come from. The bound is on segments handed out, so queue, buffers being filled and
/// buffers being sent share it. A segment leaves the queue only when its rows are safe elsewhere.
/// </summary>
/// <param name="maxSegments">Most segments handed out at a time.</param>
internal sealed class SegmentQueue(int maxSegments) : IDisposable
{
    // Enough for the ordinary flow; what an outage made besides goes back to the garbage collector.
    private const int KeptFree = 24;

    private readonly Lock _gate = new();
    private readonly Queue<LogSegment> _sealed = new();
    private readonly Stack<LogSegment> _free = new();
    private readonly SemaphoreSlim _pressure = new(0, 1);
    private int _rented;
    private long _sequence;

    /// <summary>Segments that make it worth sending before the flush time is over.</summary>
    private const int EarlySegments = 8;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sealed.Count;
            }
        }
    }

    /// <summary>True when half of the bound is reached: what waits had better go elsewhere.</summary>
    public bool IsCrowded
    {
        get
        {
            lock (_gate)
            {
                return _rented > maxSegments / 2;
            }
        }
    }

    /// <summary>An empty segment; null when the bound is reached.</summary>
    public LogSegment? Rent()
    {
        lock (_gate)
        {
            if (_rented >= maxSegments)
            {
                return null;
            }

            _rented++;
            return _free.TryPop(out var segment) ? segment : new LogSegment();
        }
    }

    /// <summary>Puts a filled segment at the end and gives it its place in the order.</summary>
    public void Enqueue(LogSegment segment)
    {
        lock (_gate)
        {
            segment.Sequence = ++_sequence;
            _sealed.Enqueue(segment);
            if (_sealed.Count >= EarlySegments && _pressure.CurrentCount == 0)
            {
                _pressure.Release();
            }
        }
    }

    /// <summary>The first segments of the queue, left in their place.</summary>
    public void Peek(List<LogSegment> into, int max)
    {
        into.Clear();
        lock (_gate)
        {
            foreach (var segment in _sealed)
            {
                if (into.Count == max)
                {
                    return;
                }

                into.Add(segment);
            }
        }
    }

    /// <summary>Takes the first segment out for reuse.</summary>
    public void Release()
    {
        lock (_gate)
        {
            var segment = _sealed.Dequeue();
            _rented--;
            if (!segment.Abandoned && _free.Count < KeptFree)
            {
                segment.Reset();
                _free.Push(segment);
            }
        }
    }

    /// <summary>Waits until enough is queued, at most for the flush time.</summary>
    public Task WaitAsync(TimeSpan flush, CancellationToken cancellationToken) => _pressure.WaitAsync(flush, cancellationToken);

    public void Dispose() => _pressure.Dispose();
}
