using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// How fast the other nodes use a counter, seen from the answers of the shared store. Near the limit, and while others may still reach
/// the store, a node that lost it must suppose that they go on.
/// </summary>
internal struct FleetUse
{
    private const long SpanMicros = 50_000;
    private const long MostMicros = 1_000_000;

    private double _perMicro;
    private double _own;
    private double _markUnits;
    private long _markWindow;
    private long _markAt;
    private long _toldAt;

    /// <summary>Notes units that this node took itself, so that they are not mistaken for those of others.</summary>
    public void Take(double units) => _own += units;

    /// <summary>Notes what the store told.</summary>
    public void Tell(CompiledLimit limit, in CounterState told, long now)
    {
        var first = _toldAt == 0;
        _toldAt = now;
        var elapsed = now - _markAt;
        var others = first ? 0 : Math.Max(0, told.Current - MarkAt(limit, told, elapsed) - _own);
        if (!first && elapsed < SpanMicros)
        {
            _perMicro = Math.Max(_perMicro, others / SpanMicros);
            return;
        }

        _perMicro = first ? 0 : others / elapsed;
        (_markUnits, _markWindow, _markAt, _own) = (told.Current, told.At, now, 0);
    }

    /// <summary>Whether what the store told still says something about the count.</summary>
    public readonly bool Knows(CompiledLimit limit, in CounterState state, long now) =>
        _toldAt != 0 && (limit.Algorithm == RateLimitAlgorithm.SlidingWindow ? _toldAt / limit.WindowMicros >= state.At : now - _toldAt < limit.WindowMicros);

    /// <summary>Units that the others have taken since the store told, if they went on at their pace for a second.</summary>
    public readonly double ExpectedSince(long now) => _perMicro * Math.Clamp(now - _toldAt, 0, MostMicros);

    // What was counted at the mark and would still count now.
    private readonly double MarkAt(CompiledLimit limit, in CounterState told, long elapsed) => limit.Algorithm switch
    {
        RateLimitAlgorithm.SlidingWindow => told.At == _markWindow ? _markUnits : 0,
        RateLimitAlgorithm.TokenBucket => Math.Max(0, _markUnits - (elapsed * (double)limit.Limit / limit.WindowMicros)),
        _ => _markUnits,
    };
}
