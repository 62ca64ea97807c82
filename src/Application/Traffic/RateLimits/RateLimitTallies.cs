using System.Collections.Concurrent;
using DataHub.Application.Traffic.Contracts;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>The decision counts of all limits of this node. They outlive a snapshot: a new compilation of a tier finds its old counts.</summary>
public sealed class RateLimitTallies
{
    // Tier names come from administrators and are few; renaming for ever must still not grow the process.
    private const int MaxPolicies = 10_000;

    private readonly ConcurrentDictionary<string, LimitTally> _byPolicy = new(StringComparer.Ordinal);
    private readonly LimitTally _others = new("other");

    /// <summary>All counts, for the meter.</summary>
    public IEnumerable<LimitTally> All => _byPolicy.Values;

    /// <summary>Counts one decision under each limit of the request.</summary>
    /// <param name="evaluation">The decided request.</param>
    public void Count(RateLimitEvaluation evaluation)
    {
        var limits = evaluation.Tier.Compiled;
        for (var i = 0; i < limits.Length; i++)
        {
            var limit = limits[i];
            var tally = limit.Tally ??= Find(limit.PolicyName);
            if (evaluation.Degraded)
            {
                tally.Error();
            }

            if (i < evaluation.Count && evaluation[i].Denied)
            {
                tally.Deny(limit.Shadow);
            }
            else if (evaluation.Allowed)
            {
                tally.Allow();
            }
        }
    }

    private LimitTally Find(string policyName) =>
        _byPolicy.TryGetValue(policyName, out var tally) ? tally
        : _byPolicy.Count < MaxPolicies ? _byPolicy.GetOrAdd(policyName, static name => new LimitTally(name))
        : _others;
}
