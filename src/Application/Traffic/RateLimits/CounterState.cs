namespace DataHub.Application.Traffic.RateLimits;

/// <summary>The count of one limit for one subject: the two or three numbers that both stores keep.</summary>
/// <remarks>
/// Doubles hold whole numbers exactly up to 2⁵³, and they are what a Lua script computes with, so both stores come to the same bit.
/// Time is in microseconds since the epoch throughout.
/// </remarks>
public struct CounterState
{
    /// <summary>sliding-window: index of the current window; token-bucket: instant of <see cref="Current"/>; sliding-log: unused.</summary>
    public long At { get; set; }

    /// <summary>sliding-window: units of the current window; token-bucket: units in use; sliding-log: entries younger than the window.</summary>
    public double Current { get; set; }

    /// <summary>sliding-window: units of the window before; token-bucket: units held by leases; sliding-log: instant of the entry that must go for the request to fit.</summary>
    public double Previous { get; set; }
}
