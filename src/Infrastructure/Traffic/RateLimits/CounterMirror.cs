using DataHub.Application.Traffic.Contracts;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Keeps this node's memory up to what the shared store last said, so that it goes on from there when the store goes away.</summary>
internal sealed class CounterMirror(MemoryCounterStore memory, CounterClock clock)
{
    /// <summary>Takes over the counts of an answer.</summary>
    /// <param name="tier">The tier that was asked about.</param>
    /// <param name="keys">The counters that were asked about.</param>
    /// <param name="grant">The answer.</param>
    /// <param name="reports">What was given back with the question.</param>
    public void Learn(CompiledTier tier, CounterKey[] keys, Grant grant, IReadOnlyList<GrantReport> reports)
    {
        clock.Follow(grant.Now);
        var own = grant.Granted;
        for (var i = 0; i < reports.Count; i++)
        {
            own -= reports[i].Unspent;
        }

        for (var i = 0; i < keys.Length; i++)
        {
            var limit = tier.Compiled[i];
            memory.Learn(limit, keys[i], grant.States[i], grant.Now, grant.Fits[i] ? own * limit.Cost : 0);
        }
    }
}
