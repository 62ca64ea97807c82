namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>What the record of an endpoint gives reason to do.</summary>
public enum HealthSignal
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Tell that it has been failing for 24 h.</summary>
    WarnFirst = 1,

    /// <summary>Tell that it has been failing for 72 h, and will be disabled.</summary>
    WarnLast = 2,

    /// <summary>Disable it; the last warning came before.</summary>
    Disable = 3,

    /// <summary>Tell, if there was a warning, that it works again.</summary>
    Recovered = 4,
}

/// <summary>How long an endpoint has been failing. The clock starts with the first failure after a success, so that silence is no failure.</summary>
/// <param name="FirstFailureAt">UTC instant of the first failure since the last success, or a later one when the last warning came late; null: none.</param>
/// <param name="LastFailureAt">UTC instant of the newest failure since the last success; null: none.</param>
/// <param name="LastSuccessAt">UTC instant of the last success; null: never.</param>
/// <param name="Failures">Failures since the last success.</param>
/// <param name="Warned">How many warnings went out since the last success. 0 to 2.</param>
public readonly record struct EndpointHealth(DateTimeOffset? FirstFailureAt, DateTimeOffset? LastFailureAt, DateTimeOffset? LastSuccessAt, int Failures, int Warned)
{
    /// <summary>Fewest failures that disable: 20.</summary>
    public const int LeastFailures = 20;

    /// <summary>Time without success that disables: 5 d.</summary>
    public static readonly TimeSpan DisableAfter = TimeSpan.FromDays(5);

    /// <summary>Least time between the first and the newest failure that disables: 12 h.</summary>
    public static readonly TimeSpan LeastSpan = TimeSpan.FromHours(12);

    /// <summary>Time without success of the first warning: 24 h.</summary>
    public static readonly TimeSpan FirstWarningAfter = TimeSpan.FromHours(24);

    /// <summary>Time without success of the last warning: 72 h.</summary>
    public static readonly TimeSpan LastWarningAfter = TimeSpan.FromHours(72);

    /// <summary>Least time between the last warning and disabling: 24 h.</summary>
    public static readonly TimeSpan LeastNotice = TimeSpan.FromHours(24);

    /// <summary>Takes in a result and tells what it gives reason to do. Faults of the gateway's own change nothing.</summary>
    /// <param name="outcome">What became of the attempt.</param>
    /// <param name="now">UTC instant of its end.</param>
    /// <param name="autoDisable">False: it is never disabled, only warned of.</param>
    public (EndpointHealth Health, HealthSignal Signal) After(AttemptClass outcome, DateTimeOffset now, bool autoDisable = true)
    {
        switch (outcome)
        {
            case AttemptClass.Internal:
                return (this, HealthSignal.None);
            case AttemptClass.Success:
                return (new(null, null, now, 0, 0), Warned > 0 ? HealthSignal.Recovered : HealthSignal.None);
            default:
                var failed = this with { FirstFailureAt = FirstFailureAt ?? now, LastFailureAt = now, Failures = Failures + 1 };
                var signal = failed.Assess(now, autoDisable);
                return (signal switch
                {
                    HealthSignal.WarnFirst => failed with { Warned = 1 },
                    HealthSignal.WarnLast => failed.Noticed(now, autoDisable),
                    _ => failed,
                }, signal);
        }
    }

    /// <summary>The record of an endpoint that was enabled again: what was before does not count.</summary>
    public EndpointHealth Reset() => new(null, null, LastSuccessAt, 0, 0);

    // Who is sent little fails rarely: the last warning may come late, and still leaves time to act on it.
    private EndpointHealth Noticed(DateTimeOffset now, bool autoDisable)
    {
        var earliest = now - (DisableAfter - LeastNotice);
        return this with { Warned = 2, FirstFailureAt = autoDisable && FirstFailureAt < earliest ? earliest : FirstFailureAt };
    }

    private HealthSignal Assess(DateTimeOffset now, bool autoDisable)
    {
        var failing = now - FirstFailureAt!.Value;
        return failing >= LastWarningAfter && Warned < 2 ? HealthSignal.WarnLast
            : autoDisable && failing >= DisableAfter && Failures >= LeastFailures && LastFailureAt - FirstFailureAt >= LeastSpan ? HealthSignal.Disable
            : failing >= FirstWarningAfter && Warned < 1 ? HealthSignal.WarnFirst
            : HealthSignal.None;
    }
}
