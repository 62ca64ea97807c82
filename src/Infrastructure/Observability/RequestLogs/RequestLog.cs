using DataHub.Application.Observability.Contracts;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Takes records on the request thread: encodes them under a short lock straight into a segment. On many cores several lanes share the
/// work; which lane a row takes does not matter, a list is ordered by time.
/// </summary>
internal sealed class RequestLog : IRequestLog
{
    private const int CoresPerLane = 4;
    private const int MaxLanes = 8;

    private readonly SegmentQueue _queue;
    private readonly RequestLogCounters _counters;
    private readonly string _node;
    private readonly Lane[] _lanes;

    public RequestLog(SegmentQueue queue, RequestLogCounters counters, string node)
    {
        (_queue, _counters, _node) = (queue, counters, node);
        _lanes = new Lane[Math.Clamp(Environment.ProcessorCount / CoresPerLane, 1, MaxLanes)];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new Lane();
        }
    }

    /// <inheritdoc/>
    public void Write(RequestRecord record)
    {
        var lane = _lanes.Length == 1 ? _lanes[0] : _lanes[Environment.CurrentManagedThreadId % _lanes.Length];
        try
        {
            if (TryWrite(lane, record))
            {
                _counters.AddQueued(1);
                return;
            }
        }
#pragma warning disable CA1031 // A request must never fail for its log line; the loss is counted.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Counted below.
        }

        _counters.AddDropped(1);
    }

    /// <summary>Hands what the lanes hold to the queue, so that no row waits longer than the flush time.</summary>
    public void Seal()
    {
        foreach (var lane in _lanes)
        {
            lock (lane.Gate)
            {
                Seal(lane);
            }
        }
    }

    private bool TryWrite(Lane lane, RequestRecord record)
    {
        var bound = RequestRowEncoder.BoundOf(record);
        var day = DateOnly.FromDateTime(record.At.UtcDateTime);
        lock (lane.Gate)
        {
            if (lane.Current is { } current && (current.Free.Length < bound || !current.TryAddDay(day)))
            {
                Seal(lane);
            }

            if (lane.Current is null)
            {
                lane.Current = _queue.Rent();
                if (lane.Current is null)
                {
                    return false;
                }

                lane.Current.TryAddDay(day);
            }

            lane.Current.Commit(RequestRowEncoder.Encode(record, _node, lane.Current.Free));
            return true;
        }
    }

    private void Seal(Lane lane)
    {
        if (lane.Current is { Rows: > 0 } filled)
        {
            lane.Current = null;
            _queue.Enqueue(filled);
        }
    }

    private sealed class Lane
    {
        public Lock Gate { get; } = new();

        public LogSegment? Current { get; set; }
    }
}
