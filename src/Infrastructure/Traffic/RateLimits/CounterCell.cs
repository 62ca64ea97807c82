using System.Runtime.CompilerServices;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>One counter in memory. Everything but the constants is read and written under the cell's own lock.</summary>
/// <param name="key">Its name.</param>
/// <param name="sequence">Its place in the global lock order.</param>
internal sealed class CounterCell(CounterKey key, long sequence)
{
    private long[] _log = [];
    private int _first;
    private int _entries;
    private long _learnedAt;
    private OwedUnits _owed;
    private FleetUse _fleet;

    public CounterKey Key { get; } = key;

    public long Sequence { get; } = sequence;

    /// <summary>The count.</summary>
    public CounterState State;

    /// <summary>The limit as it was at the last decision.</summary>
    public CompiledLimit? Limit { get; set; }

    /// <summary>True once it was taken out of the store: whoever holds it must look again.</summary>
    public bool Dead { get; set; }

    /// <summary>True when it was used since the sweeper last came by.</summary>
    public bool Used { get; set; }

    /// <summary>Brings the count up to an instant.</summary>
    public void Advance(CompiledLimit limit, long now, double units)
    {
        Limit = limit;
        if (limit.Algorithm != RateLimitAlgorithm.SlidingLog)
        {
            LimitReader.Advance(limit, ref State, now);
            return;
        }

        while (_entries > 0 && _log[_first] + limit.WindowMicros <= now)
        {
            _first = (_first + 1) % _log.Length;
            _entries--;
        }

        State.Current = _entries;
        State.Previous = ReleasedBy(limit.Limit, units);
    }

    /// <summary>On what terms a request is decided here now.</summary>
    public ShareTerms TermsOf(CompiledLimit limit, long now, in NodeShare share)
    {
        if (share.Nodes == 1)
        {
            return ShareTerms.Alone(limit);
        }

        Advance(limit, now, limit.Cost);
        if (!_fleet.Knows(limit, State, now))
        {
            return ShareTerms.Dealt(limit, share);
        }

        // What is charged here for the others is the part of their use that is counted already.
        _owed.Fade(limit, State, now);
        return ShareTerms.OfTheRest(limit, share, Math.Max(0, _fleet.ExpectedSince(now) - (_owed.Charge - _owed.Units)));
    }

    /// <summary>Takes units; the count must have been advanced.</summary>
    public void Charge(CompiledLimit limit, long now, double units, double charge)
    {
        if (limit.Algorithm != RateLimitAlgorithm.SlidingLog)
        {
            State.Current += charge;
            return;
        }

        for (var i = 0; i < (int)charge; i++)
        {
            Append(now);
        }

        State.Current = _entries;
        State.Previous = ReleasedBy(limit.Limit, units);
    }

    /// <summary>True when the shared store was not told of everything.</summary>
    public bool Owes => _owed.Units > 0;

    /// <summary>Notes a charge that the shared store does not know of.</summary>
    public void Owe(CompiledLimit limit, long now, double units) => _owed.Add(limit, State, now, units);

    /// <summary>Brings the count up to an instant, and says how much of it the shared store does not know of.</summary>
    public OwedUnits OwedAt(CompiledLimit limit, long now)
    {
        // A log is brought up to date by advancing it: entries that are over do not count.
        Advance(limit, now, limit.Cost);
        _owed.Fade(limit, State, now);
        return _owed;
    }

    /// <summary>Takes out what the shared store is to be told.</summary>
    public OwedUnits TakeOwed(CompiledLimit limit, long now)
    {
        var owed = OwedAt(limit, now);
        _owed = default;
        return owed;
    }

    /// <summary>Puts it back after telling failed.</summary>
    public void OweAgain(OwedUnits owed) => _owed.Add(owed);

    /// <summary>Takes over what the shared store said; an answer that was overtaken by a later one says nothing.</summary>
    public void Learn(CompiledLimit limit, in CounterState state, long now, double own)
    {
        Limit = limit;
        Used = true;
        _fleet.Take(own);
        if (now < _learnedAt)
        {
            return;
        }

        _learnedAt = now;
        _fleet.Tell(limit, state, now);
        if (limit.Algorithm != RateLimitAlgorithm.SlidingLog)
        {
            State = state;

            // Leases end within a second or so; on its own the node lets everything drain.
            State.Previous = limit.Algorithm == RateLimitAlgorithm.TokenBucket ? 0 : state.Previous;
        }

        // What the store was not told of yet still counts here.
        Advance(limit, now, limit.Cost);
        _owed.Fade(limit, State, now);
        if (limit.Algorithm != RateLimitAlgorithm.SlidingLog)
        {
            State.Current += _owed.Charge;
            return;
        }

        while (_entries < (int)(state.Current + _owed.Charge))
        {
            Append(now);
        }
    }

    /// <summary>Whether a fresh cell would decide the same from now on.</summary>
    public bool IsSpent(long now)
    {
        if (Limit is null)
        {
            return true;
        }

        Advance(Limit, now, 1);
        return State.Current <= 0 && (Limit.Algorithm != RateLimitAlgorithm.SlidingWindow || State.Previous <= 0);
    }

    // The entry whose end makes room for the units; the oldest when there is room already.
    private double ReleasedBy(long limit, double units)
    {
        if (_entries == 0)
        {
            return 0;
        }

        var index = Math.Clamp(_entries + (int)units - (int)limit - 1, 0, _entries - 1);
        return _log[(_first + index) % _log.Length];
    }

    private void Append(long now)
    {
        if (_entries == _log.Length)
        {
            var larger = new long[Math.Max(16, _log.Length * 2)];
            for (var i = 0; i < _entries; i++)
            {
                larger[i] = _log[(_first + i) % _log.Length];
            }

            (_log, _first) = (larger, 0);
        }

        // Entries stay in order even if the clock was set back to follow the store's.
        var last = _entries == 0 ? now : _log[(_first + _entries - 1) % _log.Length];
        _log[(_first + _entries++) % _log.Length] = Math.Max(now, last);
    }
}

/// <summary>The cells of one request, on the stack.</summary>
[InlineArray(RateLimitEvaluation.MaxLimits)]
internal struct CellBuffer
{
    private CounterCell _first;
}
