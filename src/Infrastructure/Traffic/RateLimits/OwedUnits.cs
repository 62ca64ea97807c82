using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>What a cell charged while the shared store was away, to be told when it is back.</summary>
internal struct OwedUnits
{
    private long _at;

    /// <summary>Units that were admitted.</summary>
    public double Units { get; private set; }

    /// <summary>What was charged here for them: more, while the node decided over its share.</summary>
    public double Charge { get; private set; }

    /// <summary>Adds a charge.</summary>
    public void Add(CompiledLimit limit, in CounterState state, long now, double units)
    {
        Fade(limit, state, now);
        (Units, Charge) = (Units + limit.Cost, Charge + units);
        _at = limit.Algorithm == RateLimitAlgorithm.SlidingWindow ? state.At : Math.Max(_at, now);
    }

    /// <summary>Adds what could not be told.</summary>
    public void Add(OwedUnits other)
    {
        if (other._at >= _at)
        {
            var same = other._at == _at ? this : default;
            (Units, Charge, _at) = (other.Units + same.Units, other.Charge + same.Charge, other._at);
        }
    }

    /// <summary>Forgets what does not count any more: a window that is over, what has drained, a log that is empty again.</summary>
    public void Fade(CompiledLimit limit, in CounterState state, long now)
    {
        var left = limit.Algorithm switch
        {
            RateLimitAlgorithm.SlidingWindow => _at == state.At ? 1.0 : 0,
            RateLimitAlgorithm.SlidingLog => now - _at < limit.WindowMicros ? 1.0 : 0,
            _ => Charge <= 0 ? 0 : Math.Max(0, 1 - (Math.Max(0, now - _at) * (double)limit.Limit / limit.WindowMicros / Charge)),
        };
        (Units, Charge) = (Units * left, Charge * left);
        if (limit.Algorithm == RateLimitAlgorithm.TokenBucket)
        {
            _at = Math.Max(_at, now);
        }
    }
}
