namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>What a breaker lets through. Stored as the number.</summary>
public enum BreakerPhase
{
    /// <summary>Everything.</summary>
    Closed = 0,

    /// <summary>Nothing until its time is over, then one probe.</summary>
    Open = 1,

    /// <summary>One probe is under way.</summary>
    HalfOpen = 2,
}

/// <summary>What is kept of a breaker.</summary>
/// <param name="Phase">What it lets through.</param>
/// <param name="OpenUntil">UTC instant from which a probe may go; null while it is closed.</param>
/// <param name="ConsecutiveOpens">How often it opened without closing in between.</param>
public readonly record struct BreakerState(BreakerPhase Phase, DateTimeOffset? OpenUntil, int ConsecutiveOpens);

/// <summary>Leave to make an attempt.</summary>
public enum BreakerPass
{
    /// <summary>None: wait.</summary>
    Refused = 0,

    /// <summary>One of many.</summary>
    Normal = 1,

    /// <summary>The only one: its result decides.</summary>
    Probe = 2,
}

/// <summary>What a result did to the breaker.</summary>
public enum BreakerChange
{
    /// <summary>Nothing to tell.</summary>
    None = 0,

    /// <summary>It opened, or opened again.</summary>
    Opened = 1,

    /// <summary>It closed: the endpoint answers.</summary>
    Closed = 2,
}
