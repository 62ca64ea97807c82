namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>What happens to a delivery after an attempt.</summary>
/// <param name="Ends">How it ends; null: it is tried again.</param>
/// <param name="Wait">Until the next attempt; zero when it ends.</param>
/// <param name="Counts">False when the attempt is not used up: the endpoint asked for patience, or the fault was ours.</param>
/// <param name="EndpointWait">For how long all deliveries of the endpoint wait; null: they do not.</param>
/// <param name="Reason"><c>delivered</c>, <c>schedule</c>, <c>retry-after</c>, <c>overload</c>, <c>exhausted</c>, <c>too-old</c>, <c>gone</c> or <c>internal</c>.</param>
public readonly record struct RetryDecision(DeliveryOutcome? Ends, TimeSpan Wait, bool Counts, TimeSpan? EndpointWait, string Reason);

/// <summary>What the policies ask of an attempt.</summary>
/// <param name="Class">What became of it.</param>
/// <param name="Status">The status; null when there was none.</param>
/// <param name="RetryAfter">What the answer asks for; see <see cref="Deliveries.RetryAfter.Parse"/>.</param>
public readonly record struct AttemptFacts(AttemptClass Class, int? Status = null, TimeSpan? RetryAfter = null);

/// <summary>Decides what happens to a delivery after an attempt. Pure; keeps nothing.</summary>
public static class RetryPolicy
{
    /// <summary>Shortest wait after a sign of overload that names no wait: 60 s.</summary>
    public static readonly TimeSpan OverloadWait = TimeSpan.FromSeconds(60);

    /// <summary>Time of attempts in a row that are not used up, from which a delivery ends all the same: 3 d.</summary>
    public static readonly TimeSpan LongestPatience = TimeSpan.FromDays(3);

    // Attempts that are not used up must not follow each other at once, whatever the endpoint or its schedule says.
    private static readonly TimeSpan LeastUncounted = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastInternal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostInternal = TimeSpan.FromMinutes(10);

    /// <summary>Decides.</summary>
    /// <param name="facts">What came of the attempt.</param>
    /// <param name="attempt">Its number, from 1.</param>
    /// <param name="schedule">The schedule of the subscription.</param>
    /// <param name="lasting">Time since the first of the attempts right before this one that were not used up; zero: there was none.</param>
    /// <param name="random">From 0 to 1, for the jitter.</param>
    public static RetryDecision Decide(AttemptFacts facts, int attempt, RetrySchedule schedule, TimeSpan lasting, double random) => facts.Class switch
    {
        AttemptClass.Success => new(DeliveryOutcome.Delivered, TimeSpan.Zero, true, null, "delivered"),

        // It is held, since the endpoint gets disabled; the wait is for the time until every node knows.
        AttemptClass.Gone => new(null, RetrySchedule.Jitter(OverloadWait, random), false, null, "gone"),
        AttemptClass.Throttled => Throttled(facts.RetryAfter, attempt, schedule, lasting, random),
        AttemptClass.Internal => Internal(lasting, random),
        _ => Failed(facts, attempt, schedule, random),
    };

    private static RetryDecision Failed(AttemptFacts facts, int attempt, RetrySchedule schedule, double random)
    {
        if (attempt >= schedule.Attempts)
        {
            return new(DeliveryOutcome.Failed, TimeSpan.Zero, true, null, "exhausted");
        }

        var (wait, reason) = (schedule.WaitBefore(attempt + 1), "schedule");
        if (facts.RetryAfter is { } asked)
        {
            if (asked > wait || asked >= RetryAfter.Longest)
            {
                return new(null, Granted(asked, random), true, null, "retry-after");
            }
        }
        else if (IsOverload(facts) && wait < OverloadWait)
        {
            (wait, reason) = (OverloadWait, "overload");
        }

        return new(null, RetrySchedule.Jitter(wait, random), true, null, reason);
    }

    private static RetryDecision Throttled(TimeSpan? retryAfter, int attempt, RetrySchedule schedule, TimeSpan lasting, double random)
    {
        var (asked, reason) = retryAfter is { } named ? (Least(named, RetryAfter.Longest), "retry-after") : (OverloadWait, "overload");
        asked = Most(asked, LeastUncounted);
        var own = schedule.WaitBefore(attempt + 1);
        return lasting >= LongestPatience
            ? new(DeliveryOutcome.Failed, TimeSpan.Zero, false, asked, "too-old")
            : new(null, asked >= own ? Granted(asked, random) : RetrySchedule.Jitter(own, random), false, asked, reason);
    }

    // The longer it lasts, the less often: a fault of ours has no schedule that it could use up.
    private static RetryDecision Internal(TimeSpan lasting, double random) => lasting >= LongestPatience
        ? new(DeliveryOutcome.Quarantined, TimeSpan.Zero, false, null, "internal")
        : new(null, RetrySchedule.Jitter(Least(Most(lasting / 4, LeastInternal), MostInternal), random), false, null, "internal");

    // The longest wait that is granted is that of the sum.
    private static TimeSpan Granted(TimeSpan asked, double random) => Least(RetrySchedule.Jitter(asked, random), RetryAfter.Longest);

    private static bool IsOverload(AttemptFacts facts) => facts.Class == AttemptClass.Timeout || facts.Status is 429 or 502 or 504;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
