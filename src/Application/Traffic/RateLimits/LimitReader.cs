using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Turns a count into what the caller is told. Both stores use it, so they tell the same.</summary>
public static class LimitReader
{
    /// <summary>Moves a count on to an instant.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="state">The count.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    public static void Advance(CompiledLimit limit, ref CounterState state, long now)
    {
        switch (limit.Algorithm)
        {
            case RateLimitAlgorithm.SlidingWindow:
                SlidingWindow.Roll(ref state, limit.WindowMicros, now);
                break;
            case RateLimitAlgorithm.TokenBucket:
                TokenBucket.Drain(ref state, limit.Limit, limit.WindowMicros, now);
                break;
            default:
                break; // A log drops its old entries itself.
        }
    }

    /// <summary>Whether units fit; for an advanced count.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="state">The count.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <param name="units">From 1 to the limit.</param>
    /// <returns>True when they fit.</returns>
    public static bool Fits(CompiledLimit limit, in CounterState state, long now, double units) => limit.Algorithm switch
    {
        RateLimitAlgorithm.SlidingWindow => SlidingWindow.Used(state, limit.WindowMicros, now) + units <= limit.Limit,
        RateLimitAlgorithm.TokenBucket => TokenBucket.Fits(state, limit.Limit, units),
        _ => state.Current + units <= limit.Limit,
    };

    /// <summary>Units left; for an advanced count.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="state">The count.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <returns>0 or more.</returns>
    public static long Remaining(CompiledLimit limit, in CounterState state, long now) => limit.Algorithm switch
    {
        RateLimitAlgorithm.SlidingWindow => Math.Max(0, limit.Limit - (long)SlidingWindow.Used(state, limit.WindowMicros, now)),
        RateLimitAlgorithm.TokenBucket => TokenBucket.Remaining(state, limit.Limit),
        _ => Math.Max(0, limit.Limit - (long)state.Current),
    };

    /// <summary>Microseconds until units fit if nobody else takes any; for an advanced count.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="state">The count.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <param name="units">From 1 to the limit.</param>
    /// <returns>0 when they fit now.</returns>
    public static long WaitFor(CompiledLimit limit, in CounterState state, long now, double units) => limit.Algorithm switch
    {
        RateLimitAlgorithm.SlidingWindow => SlidingWindow.WaitFor(state, limit.Limit, limit.WindowMicros, now, units),
        RateLimitAlgorithm.TokenBucket => TokenBucket.WaitFor(state, limit.Limit, limit.WindowMicros, units),
        _ => state.Current + units <= limit.Limit ? 0 : Math.Max(1, (long)state.Previous + limit.WindowMicros - now),
    };

    /// <summary>Fills the reading of one limit, and raises the request's Retry-After when the limit refused it.</summary>
    /// <param name="evaluation">The request.</param>
    /// <param name="index">Which limit.</param>
    /// <param name="state">The count after the decision, advanced.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <param name="denied">True when the limit refused, or would have.</param>
    public static void Read(RateLimitEvaluation evaluation, int index, in CounterState state, long now, bool denied) =>
        Read(evaluation, index, state, now, denied, evaluation.Tier.Compiled[index].Cost, evaluation.Tier.Compiled[index].Cost);

    /// <summary>The same for a node that decides over its share.</summary>
    /// <param name="evaluation">The request.</param>
    /// <param name="index">Which limit.</param>
    /// <param name="state">The count after the decision, advanced.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <param name="denied">True when the limit refused, or would have.</param>
    /// <param name="units">Units that must fit for one request.</param>
    /// <param name="charge">Units that one request is charged.</param>
    public static void Read(RateLimitEvaluation evaluation, int index, in CounterState state, long now, bool denied, double units, double charge)
    {
        var limit = evaluation.Tier.Compiled[index];
        ref var reading = ref evaluation[index];
        var remaining = Remaining(limit, state, now);
        reading.Denied = denied;
        reading.Remaining = charge == limit.Cost ? remaining : denied ? 0 : ShareOf(remaining, limit.Cost, units, charge);
        reading.ResetSeconds = denied || reading.Remaining == 0
            ? SecondsUntilFits(limit, state, now, Math.Min(units, limit.Limit))
            : ToSeconds(UntilMore(limit, state, now));
        if (denied && !limit.Shadow)
        {
            evaluation.RetryAfterSeconds = Math.Max(evaluation.RetryAfterSeconds, reading.ResetSeconds);
        }
    }

    /// <summary>Whole seconds, rounded up, at least 1.</summary>
    /// <param name="micros">Microseconds.</param>
    /// <returns>Seconds.</returns>
    public static int ToSeconds(long micros) => (int)Math.Max(1, (micros + 999_999) / 1_000_000);

    private static long ShareOf(long remaining, int cost, double units, double charge) =>
        remaining < units ? 0 : ((long)((remaining - units) / charge) + 1) * cost;

    // With units left: the window's end, the next unit of the bucket, the oldest entry of the log.
    private static long UntilMore(CompiledLimit limit, in CounterState state, long now) => limit.Algorithm switch
    {
        RateLimitAlgorithm.SlidingWindow => limit.WindowMicros - Math.Max(0, now - (state.At * limit.WindowMicros)),
        RateLimitAlgorithm.TokenBucket => limit.WindowMicros / limit.Limit,
        _ => state.Previous > 0 ? (long)state.Previous + limit.WindowMicros - now : limit.WindowMicros,
    };

    // Fractions of doubles may be a microsecond short: the promise is checked at the very second, and kept.
    private static int SecondsUntilFits(CompiledLimit limit, in CounterState state, long now, double units)
    {
        var seconds = ToSeconds(WaitFor(limit, state, now, units));
        if (limit.Algorithm == RateLimitAlgorithm.SlidingLog)
        {
            return seconds;
        }

        var later = now + (seconds * 1_000_000L);
        var then = state;
        Advance(limit, ref then, later);
        return Fits(limit, then, later, units) ? seconds : seconds + 1;
    }
}
