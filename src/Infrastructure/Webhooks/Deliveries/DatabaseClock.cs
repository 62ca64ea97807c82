using DataHub.Application.Webhooks.Contracts;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>The database's clock as this process knows it: what it said last, and the monotonic time since. A wrong clock of the node does not matter.</summary>
/// <param name="clock">The clock of the process.</param>
internal sealed class DatabaseClock(TimeProvider clock) : IDatabaseClock
{
    private Reading _last = new(clock.GetUtcNow(), clock.GetTimestamp());

    /// <summary>UTC instant by the database's clock.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var last = Volatile.Read(ref _last);
            return last.Said + clock.GetElapsedTime(last.At);
        }
    }

    /// <summary>Takes in what the database said.</summary>
    /// <param name="said">UTC instant.</param>
    public void Set(DateTimeOffset said) => Volatile.Write(ref _last, new Reading(said.ToUniversalTime(), clock.GetTimestamp()));

    private sealed record Reading(DateTimeOffset Said, long At);
}
