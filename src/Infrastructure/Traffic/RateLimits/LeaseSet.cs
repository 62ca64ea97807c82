using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// What this node holds of one combination of limits and subjects: a lease to spend, the next one fetched ahead, the counts as the store
/// last told them, and reports that it owes. All members are used under the lock of the instance; none waits.
/// </summary>
internal sealed class LeaseSet
{
    private const long DenialMicros = 50_000;
    private const long AheadMicros = 100_000;
    private const int MaxReports = 16;

    private readonly List<GrantReport> _reports = [];
    private readonly CounterState[] _states;
    private readonly long[] _lowest;
    private readonly long[] _lowestAt;
    private Lease _current;
    private Lease _next;
    private long _statesAt;
    private long _statesReceived;
    private long _deniedUntil;
    private long _countingSince;
    private int _asked;
    private int _lastWanted;

    public LeaseSet(CompiledTier tier, CounterKey[] keys)
    {
        (Tier, Keys) = (tier, keys);
        _states = new CounterState[keys.Length];
        _lowest = new long[keys.Length];
        _lowestAt = new long[keys.Length];
    }

    public CompiledTier Tier { get; }

    public CounterKey[] Keys { get; }

    /// <summary>The call in flight; null for none.</summary>
    public TaskCompletionSource<bool>? Round { get; set; }

    /// <summary>The round after it, and how many requests wait for that.</summary>
    public TaskCompletionSource<bool>? Queued { get; set; }

    public int QueuedRequests { get; set; }

    /// <summary>Monotonic microseconds of the last request.</summary>
    public long LastUsed { get; private set; }

    /// <summary>True once it was taken out of the table: whoever holds it must look again.</summary>
    public bool Dead { get; set; }

    public bool Holds => _current.Granted > 0 || _next.Granted > 0 || _reports.Count > 0;

    /// <summary>Time for the next lease: less than a third of this one is left, and it is large enough to be worth it.</summary>
    public bool NeedsRenewal(long elapsed) => Round is null && elapsed >= _deniedUntil && _next.Granted == 0 && _current.Granted > 1 && _current.Balance * 10 <= _current.Granted * 3;

    /// <summary>Spends a request, or repeats a refusal that still holds.</summary>
    /// <returns>Null when the store must be asked.</returns>
    public CounterVerdict? TryDecide(RateLimitEvaluation evaluation, long elapsed)
    {
        LastUsed = elapsed;
        _asked++;
        return TrySpend(evaluation, elapsed);
    }

    /// <summary>The same for a request that was counted already and waited.</summary>
    public CounterVerdict? TrySpend(RateLimitEvaluation evaluation, long elapsed)
    {
        if (!_current.CanSpend(elapsed))
        {
            Retire(elapsed);
        }

        var now = _statesAt + (elapsed - _statesReceived);
        if (_current.CanSpend(elapsed))
        {
            _current.Spend();
            Read(evaluation, now, refused: false);
            return CounterVerdict.Allowed;
        }

        if (elapsed < _deniedUntil && Refuses(now))
        {
            Read(evaluation, now, refused: true);
            return CounterVerdict.Denied;
        }

        return null;
    }

    /// <summary>What to ask for now: the need of a tenth of a second at the pace of late, growing by doubling, so that a pause ends it.</summary>
    public (GrantRequest Request, List<GrantReport> Reports) Ask(int waiting, int nodes, int most, long validityMicros, long elapsed)
    {
        var since = Math.Max(1_000, elapsed - _countingSince);
        var pace = (int)Math.Min(most, _asked * AheadMicros / since);
        _lastWanted = Math.Clamp(Math.Min(pace, _lastWanted * 2), 1, most);
        (_asked, _countingSince) = (0, elapsed);
        return (new GrantRequest(Math.Max(_lastWanted, waiting), waiting, 4 * nodes, validityMicros), TakeReports());
    }

    /// <summary>Takes a grant in.</summary>
    /// <param name="grant">The store's answer.</param>
    /// <param name="waiting">Requests that spend it at once, and that the store therefore does not hold.</param>
    /// <param name="calledAt">Monotonic microseconds from before the call.</param>
    /// <param name="elapsed">Monotonic microseconds of now.</param>
    public void Accept(Grant grant, int waiting, long calledAt, long elapsed)
    {
        grant.States.CopyTo(_states, 0);
        (_statesAt, _statesReceived) = (grant.Now, elapsed);
        if (grant.Granted == 0)
        {
            _deniedUntil = elapsed + DenialMicros;
            return;
        }

        _deniedUntil = 0;
        Retire(elapsed);
        if (_current.Granted == 0)
        {
            _current = new Lease(grant, waiting, calledAt);
        }
        else
        {
            _next = new Lease(grant, waiting, calledAt);
        }
    }

    /// <summary>Ends all leases and takes every report.</summary>
    public List<GrantReport> GiveBack()
    {
        Report(_current.ReportEnd());
        Report(_next.ReportEnd());
        (_current, _next) = (default, default);
        return TakeReports();
    }

    private void Retire(long elapsed)
    {
        while (_current.Granted > 0 && !_current.CanSpend(elapsed))
        {
            Report(_current.ReportEnd());
            (_current, _next) = (_next, default);
        }
    }

    private List<GrantReport> TakeReports()
    {
        if (_current.Granted > 0)
        {
            Report(_current.ReportSpent());
        }

        List<GrantReport> taken = [.. _reports];
        _reports.Clear();
        return taken;
    }

    // Beyond the bound the oldest is lost: its units stay charged until their window or slot ends, which admits less, never more.
    private void Report(GrantReport report)
    {
        if (report.Spent == 0 && report.Unspent == 0)
        {
            return;
        }

        if (_reports.Count == MaxReports)
        {
            _reports.RemoveAt(0);
        }

        _reports.Add(report);
    }

    private bool Refuses(long now)
    {
        for (var i = 0; i < _states.Length; i++)
        {
            var limit = Tier.Compiled[i];
            var state = _states[i];
            LimitReader.Advance(limit, ref state, now);
            if (!limit.Shadow && !LimitReader.Fits(limit, state, now, limit.Cost))
            {
                return true;
            }
        }

        return false;
    }

    private void Read(RateLimitEvaluation evaluation, long now, bool refused)
    {
        evaluation.Count = _states.Length;
        evaluation.RetryAfterSeconds = 0;
        for (var i = 0; i < _states.Length; i++)
        {
            var limit = Tier.Compiled[i];
            var state = _states[i];
            LimitReader.Advance(limit, ref state, now);
            state.Current = Math.Max(0, state.Current - Unspent(i, limit));
            var denied = refused ? !LimitReader.Fits(limit, state, now, limit.Cost) : ((_current.Charged >> i) & 1) == 0;
            LimitReader.Read(evaluation, i, state, now, denied);
            if (limit.Algorithm == RateLimitAlgorithm.SlidingWindow && state.Previous == 0)
            {
                KeepFalling(ref evaluation[i], i, state.At);
            }
        }
    }

    // What is on lease here is charged at the store and not used yet.
    private double Unspent(int index, CompiledLimit limit) =>
        ((((_current.Charged >> index) & 1) * (double)_current.Balance) + (((_next.Charged >> index) & 1) * _next.Balance)) * limit.Cost;

    // Units that other nodes give back could raise what is left; a caller is promised that it only falls within a window.
    private void KeepFalling(ref LimitReading reading, int index, long window)
    {
        _lowest[index] = _lowestAt[index] == window ? Math.Min(_lowest[index], reading.Remaining) : reading.Remaining;
        _lowestAt[index] = window;
        reading.Remaining = _lowest[index];
    }
}
