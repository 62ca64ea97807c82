namespace DataHub.Application.Traffic.RateLimits;

/// <summary>
/// Two weighted cells: admits while <c>current + previous × (1 − elapsed/window)</c> stays within the limit, so no window aligned to the
/// epoch ever sees more than the limit.
/// </summary>
/// <remarks>
/// An interval that is not aligned can see more: with a full burst at the very end of one window and steady use of all that fades in the
/// next, it comes close to 2 × limit and never reaches it. Callers that send steadily see the limit. For a hard bound take sliding-log.
/// </remarks>
public static class SlidingWindow
{
    /// <summary>Moves the cells on to the window of an instant; an instant of an earlier window changes nothing.</summary>
    /// <param name="state">The count.</param>
    /// <param name="window">Length of the window in microseconds.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    public static void Roll(ref CounterState state, long window, long now)
    {
        var index = now / window;
        if (index > state.At)
        {
            state.Previous = index == state.At + 1 ? state.Current : 0;
            state.Current = 0;
            state.At = index;
        }
    }

    /// <summary>Units in use, the window before weighted; for a rolled state.</summary>
    /// <param name="state">The count.</param>
    /// <param name="window">Length of the window in microseconds.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <returns>A whole number, rounded up.</returns>
    public static double Used(in CounterState state, long window, long now)
    {
        // A clock that stepped back counts as the start of the window that was reached already.
        var elapsed = Math.Max(0, now - (state.At * window));
        return state.Current + Math.Ceiling(state.Previous * (window - elapsed) / window);
    }

    /// <summary>Microseconds until a number of units fits if nobody else takes any; for a rolled state.</summary>
    /// <param name="state">The count.</param>
    /// <param name="limit">Units per window.</param>
    /// <param name="window">Length of the window in microseconds.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    /// <param name="units">From 1 to the limit.</param>
    /// <returns>0 when they fit now; never more than two windows.</returns>
    public static long WaitFor(in CounterState state, double limit, long window, long now, double units)
    {
        if (Used(state, window, now) + units <= limit)
        {
            return 0;
        }

        var start = state.At * window;
        var elapsed = Math.Max(0, now - start);

        // In this window the weight of the one before may fall far enough …
        var room = limit - units - state.Current;
        if (room >= 0 && state.Previous > 0)
        {
            return Math.Max(1, (long)Math.Ceiling(window - (room * window / state.Previous)) - elapsed);
        }

        // … else in the next one, where today's units are the ones that fade.
        var fade = state.Current > 0 ? Math.Ceiling(window - ((limit - units) * window / state.Current)) : 0;
        return window - elapsed + Math.Max(0, (long)fade);
    }
}
