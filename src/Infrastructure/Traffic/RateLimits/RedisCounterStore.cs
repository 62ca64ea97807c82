using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Exact mode: one call of the script for each request. The store's clock decides; the clocks of the nodes do not matter.</summary>
/// <param name="script">The script.</param>
/// <param name="mirror">Learns what the store knows, to go on from there when it goes away; null for none.</param>
internal sealed class RedisCounterStore(RedisLimitScript script, CounterMirror? mirror) : ICounterStore
{
    public ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken) =>
        script.IsAvailable ? CallAsync(evaluation) : new ValueTask<CounterVerdict>(CounterVerdict.Unavailable);

    // The caller's token is not watched: the call ends within the time-out, and what it charged must be known.
    private async ValueTask<CounterVerdict> CallAsync(RateLimitEvaluation evaluation)
    {
        var tier = evaluation.Tier;
        var keys = KeysOf(evaluation);
        if (await script.CallAsync(tier, keys, GrantRequest.One, []) is not { } grant)
        {
            return CounterVerdict.Unavailable;
        }

        mirror?.Learn(tier, keys, grant, []);
        evaluation.Count = keys.Length;
        evaluation.RetryAfterSeconds = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            LimitReader.Read(evaluation, i, grant.States[i], grant.Now, denied: !grant.Fits[i]);
        }

        return grant.Granted > 0 ? CounterVerdict.Allowed : CounterVerdict.Denied;
    }

    internal static CounterKey[] KeysOf(RateLimitEvaluation evaluation)
    {
        var limits = evaluation.Tier.Compiled;
        var keys = new CounterKey[limits.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = CounterKey.Of(limits[i], evaluation);
        }

        return keys;
    }
}
