using System.Collections.Concurrent;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// Leased mode: a request is mostly decided from a lease in memory, without a wait and without an allocation. Leases are charged to all
/// limits at once when they are taken, so the nodes together never admit more than the limit; what is not used is given back.
/// </summary>
internal sealed class LeasedCounterStore(
    RedisLimitScript script, RedisCounterStore exact, CounterMirror mirror, CounterClock clock, Func<int> knownNodes, RateLimitOptions options)
    : ICounterStore
{
    private const long ValidityMicros = 1_000_000;
    private const long IdleMicros = 300_000;
    private const long ForgetMicros = 10_000_000;
    private const int MaxRounds = 3;

    private readonly ConcurrentDictionary<LeaseKey, LeaseSet> _sets = new();
    private int _count;

    /// <summary>Sets in the table. Counted beside it: the dictionary would take all of its locks to count.</summary>
    public int Count => Volatile.Read(ref _count);

    public ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken)
    {
        // A log keeps one entry for each request, and a cluster cannot charge two subjects in one step.
        if (evaluation.Tier.HasSlidingLog || (script.IsCluster && evaluation.Tier.CountsSeveralSubjects))
        {
            return exact.DecideAsync(evaluation, cancellationToken);
        }

        while (Find(evaluation) is { } set)
        {
            TaskCompletionSource<bool>? started = null;
            Task<bool>? round = null;
            CounterVerdict? verdict;
            lock (set)
            {
                if (set.Dead)
                {
                    continue;
                }

                var elapsed = clock.Elapsed;
                verdict = set.TryDecide(evaluation, elapsed);
                if (!script.IsAvailable)
                {
                    // What is on lease stays good; beyond it nothing is known.
                    return new ValueTask<CounterVerdict>(verdict ?? CounterVerdict.Unavailable);
                }

                if (verdict is null)
                {
                    round = Join(set, out started);
                }
                else if (set.NeedsRenewal(elapsed))
                {
                    set.Round = started = NewRound();
                }
            }

            if (started is not null)
            {
                _ = RunAsync(set, started, waiting: verdict is null ? 1 : 0);
            }

            return verdict is { } decided ? new ValueTask<CounterVerdict>(decided) : WaitAsync(set, evaluation, round!);
        }

        return exact.DecideAsync(evaluation, cancellationToken);
    }

    /// <summary>Gives back what was not used lately, and forgets sets that nobody asked for; called a few times a second.</summary>
    public Task GiveBackIdleAsync() => GiveBackAsync(IdleMicros, []);

    /// <summary>Gives back everything, what is still on its way from the store as well; at shutdown.</summary>
    public async Task GiveBackAllAsync()
    {
        var inFlight = new List<Task>();
        do
        {
            await Task.WhenAll(inFlight);
            inFlight.Clear();
            await GiveBackAsync(idleMicros: 0, inFlight);
        }
        while (inFlight.Count > 0);
    }

    private async Task GiveBackAsync(long idleMicros, List<Task> inFlight)
    {
        var elapsed = clock.Elapsed;
        var calls = new List<Task>();
        foreach (var (key, set) in _sets)
        {
            List<GrantReport> reports = [];
            lock (set)
            {
                var idle = elapsed - set.LastUsed;
                if (set.Round is { } round)
                {
                    inFlight.Add(round.Task);
                    continue;
                }

                if (set.Holds && idle >= idleMicros)
                {
                    reports = set.GiveBack();
                }

                if (idle > ForgetMicros && !set.Dead)
                {
                    set.Dead = true;
                    _sets.TryRemove(KeyValuePair.Create(key, set));
                    Interlocked.Decrement(ref _count);
                }
            }

            // What was spent to the last is forgotten with its slot; only what comes back is worth a call.
            if (script.IsAvailable && reports.Exists(r => r.Unspent > 0))
            {
                calls.Add(ReturnAsync(set, reports));
            }
        }

        await Task.WhenAll(calls);
    }

    private async Task ReturnAsync(LeaseSet set, List<GrantReport> reports)
    {
        if (await script.CallAsync(set.Tier, set.Keys, default, reports).ConfigureAwait(false) is { } answer)
        {
            mirror.Learn(set.Tier, set.Keys, answer, reports);
        }
    }

    private async ValueTask<CounterVerdict> WaitAsync(LeaseSet set, RateLimitEvaluation evaluation, Task<bool> round)
    {
        for (var rounds = 1; ; rounds++)
        {
            if (!await round.ConfigureAwait(false))
            {
                return CounterVerdict.Unavailable;
            }

            TaskCompletionSource<bool>? started = null;
            lock (set)
            {
                if (set.TrySpend(evaluation, clock.Elapsed) is { } decided)
                {
                    return decided;
                }

                if (rounds < MaxRounds)
                {
                    round = Join(set, out started);
                }
            }

            if (rounds == MaxRounds)
            {
                // Others were always faster; one call of its own ends the wait.
                return await exact.DecideAsync(evaluation, CancellationToken.None).ConfigureAwait(false);
            }

            if (started is not null)
            {
                _ = RunAsync(set, started, waiting: 1);
            }
        }
    }

    // Whoever comes while a call is in flight waits for the one after it, which then covers all of them.
    private static Task<bool> Join(LeaseSet set, out TaskCompletionSource<bool>? started)
    {
        started = null;
        if (set.Round is null)
        {
            set.Round = started = NewRound();
            return started.Task;
        }

        set.Queued ??= NewRound();
        set.QueuedRequests++;
        return set.Queued.Task;
    }

    private async Task RunAsync(LeaseSet set, TaskCompletionSource<bool> round, int waiting)
    {
        while (true)
        {
            var calledAt = clock.Elapsed;
            GrantRequest request;
            List<GrantReport> reports;
            lock (set)
            {
                (request, reports) = set.Ask(waiting, knownNodes(), options.MaxLeaseRequests, ValidityMicros, calledAt);
            }

            var grant = await script.CallAsync(set.Tier, set.Keys, request, reports).ConfigureAwait(false);
            TaskCompletionSource<bool>? ready = null;
            TaskCompletionSource<bool>? next;
            lock (set)
            {
                if (grant is not null)
                {
                    mirror.Learn(set.Tier, set.Keys, grant, reports);
                    set.Accept(grant, request.Waiting, calledAt, clock.Elapsed);
                }

                (next, waiting) = (set.Queued, set.QueuedRequests);
                (set.Queued, set.QueuedRequests) = (null, 0);
                if (next is not null && (grant is null || grant.Granted == 0 || grant.Granted - request.Waiting >= waiting))
                {
                    // Refused, away, or enough for them as well: no further call is needed.
                    (ready, next) = (next, null);
                }

                set.Round = next;
            }

            round.SetResult(grant is not null);
            ready?.SetResult(grant is not null);
            if (next is null)
            {
                return;
            }

            round = next;
        }
    }

    private LeaseSet? Find(RateLimitEvaluation evaluation)
    {
        var key = LeaseKey.Of(evaluation);
        return _sets.TryGetValue(key, out var set) ? set : Count >= options.MaxCounters ? null : Add(key, evaluation);
    }

    private LeaseSet Add(in LeaseKey key, RateLimitEvaluation evaluation)
    {
        var added = new LeaseSet(evaluation.Tier, RedisCounterStore.KeysOf(evaluation));
        var set = _sets.GetOrAdd(key, added);
        if (ReferenceEquals(set, added))
        {
            Interlocked.Increment(ref _count);
        }

        return set;
    }

    private static TaskCompletionSource<bool> NewRound() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One combination of limits and subjects. The fingerprint makes a changed tier a new one; the old is given back when idle.</summary>
    private readonly record struct LeaseKey(UInt128 Tier, UInt128 Key, UInt128 Consumer, UInt128 Tenant, UInt128 Route, UInt128 Address)
    {
        public static LeaseKey Of(RateLimitEvaluation e)
        {
            var tier = e.Tier;
            var byAddress = tier.UsesAddress || (tier.UsesKey && e.KeyId == Guid.Empty) || (tier.UsesConsumer && e.ConsumerId == Guid.Empty) || (tier.UsesTenant && e.TenantId == Guid.Empty);
            return new LeaseKey(
                tier.Fingerprint,
                tier.UsesKey ? CounterKey.Number(e.KeyId) : 0,
                tier.UsesConsumer ? CounterKey.Number(e.ConsumerId) : 0,
                tier.UsesTenant ? CounterKey.Number(e.TenantId) : 0,
                tier.UsesEndpoint ? CounterKey.Number(e.RouteId) : 0,
                byAddress ? e.ClientAddress : 0);
        }

        public override int GetHashCode()
        {
            var mixed = (ulong)Tier ^ CounterKey.Mix((ulong)(Key >> 64) ^ (ulong)Key) ^ CounterKey.Mix((ulong)(Consumer >> 64) + (ulong)Consumer)
                ^ CounterKey.Mix((ulong)(Tenant >> 64) + ((ulong)Tenant * 7))
                ^ CounterKey.Mix((ulong)(Route >> 64) + ((ulong)Route * 3)) ^ CounterKey.Mix((ulong)(Address >> 64) + ((ulong)Address * 5));
            return (int)(mixed ^ (mixed >> 32));
        }
    }
}
