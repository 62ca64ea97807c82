namespace DataHub.Application.Traffic.RateLimits;

/// <summary>
/// A bucket of <c>limit</c> units in which use drains at <c>limit / window</c>: never more than burst + rate × t in any interval of length t.
/// </summary>
/// <remarks>
/// The state is the level in use, not the tokens left, so that a changed limit keeps the count. Units that a node holds on lease are part
/// of the level and do not drain until they are spent or given back: else a full bucket and a full lease could be spent together.
/// </remarks>
public static class TokenBucket
{
    // A level is a sum of fractions; a millionth of a unit decides nothing but keeps a refill on the dot from being one too late.
    private const double Tolerance = 1e-6;

    /// <summary>Drains the bucket up to an instant; an earlier instant changes nothing.</summary>
    /// <param name="state">The count.</param>
    /// <param name="limit">The burst.</param>
    /// <param name="window">Microseconds in which the whole burst refills.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    public static void Drain(ref CounterState state, double limit, long window, long now)
    {
        if (now > state.At)
        {
            state.Current = Math.Max(state.Previous, state.Current - ((now - state.At) * limit / window));
            state.At = now;
        }
    }

    /// <summary>Whether units fit; for a drained state.</summary>
    /// <param name="state">The count.</param>
    /// <param name="limit">The burst.</param>
    /// <param name="units">From 1 to the limit.</param>
    /// <returns>True when they fit.</returns>
    public static bool Fits(in CounterState state, double limit, double units) => state.Current + units <= limit + Tolerance;

    /// <summary>Whole units left; for a drained state.</summary>
    /// <param name="state">The count.</param>
    /// <param name="limit">The burst.</param>
    /// <returns>0 or more.</returns>
    public static long Remaining(in CounterState state, double limit) => Math.Max(0, (long)Math.Floor(limit - state.Current + Tolerance));

    /// <summary>Microseconds until units fit if nobody else takes any; for a drained state.</summary>
    /// <param name="state">The count.</param>
    /// <param name="limit">The burst.</param>
    /// <param name="window">Microseconds in which the whole burst refills.</param>
    /// <param name="units">From 1 to the limit.</param>
    /// <returns>0 when they fit now.</returns>
    public static long WaitFor(in CounterState state, double limit, long window, double units) =>
        Fits(state, limit, units) ? 0 : Math.Max(1, (long)Math.Ceiling((state.Current + units - limit) * window / limit));
}
