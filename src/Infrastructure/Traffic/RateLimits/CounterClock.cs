namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// Microseconds since the epoch that never step back: the wall clock of the start plus monotonic time. With a shared store it follows the
/// store's clock, so that windows begin at the same instant on every node.
/// </summary>
internal sealed class CounterClock(TimeProvider clock)
{
    private readonly long _origin = clock.GetTimestamp();
    private readonly long _ticksPerMicro = Math.Max(1, clock.TimestampFrequency / 1_000_000);
    private long _epochAtOrigin = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The clock behind it.</summary>
    public TimeProvider Provider => clock;

    /// <summary>Microseconds since the epoch.</summary>
    public long NowMicros => Volatile.Read(ref _epochAtOrigin) + Elapsed;

    /// <summary>Monotonic microseconds since the process began.</summary>
    public long Elapsed => (clock.GetTimestamp() - _origin) / _ticksPerMicro;

    /// <summary>Follows the store's clock; small differences are the way of the message and are ignored.</summary>
    /// <param name="storeMicros">The store's clock in its answer.</param>
    public void Follow(long storeMicros)
    {
        var difference = storeMicros - NowMicros;
        if (Math.Abs(difference) > 5_000)
        {
            Volatile.Write(ref _epochAtOrigin, storeMicros - Elapsed);
        }
    }
}
