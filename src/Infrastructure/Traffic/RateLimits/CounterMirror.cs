using DataHub.Application.Traffic.Contracts;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Keeps this node's memory up to what the shared store last said, so that it goes on from there when the store goes away.</summary>
internal sealed class CounterMirror(MemoryCounterStore memory, CounterClock clock)
{
    /// <summary>Takes over the counts of an answer.</summary>
    public void Learn(CompiledTier tier, CounterKey[] keys, Grant grant)
    {
        clock.Follow(grant.Now);
        for (var i = 0; i < keys.Length; i++)
        {
            memory.Learn(tier.Compiled[i], keys[i], grant.States[i], grant.Now);
        }
    }
}
