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
        for (var i = 0; i < keys.Length; i++)
        {
            var limit = tier.Compiled[i];
            var own = grant.Fits[i] ? grant.Granted : 0;
            for (var report = 0; report < reports.Count; report++)
            {
                own -= ((reports[report].Charged >> i) & 1) * reports[report].Unspent;
            }

            memory.Learn(limit, keys[i], grant.States[i], grant.Now, own * limit.Cost);
        }
    }
}
