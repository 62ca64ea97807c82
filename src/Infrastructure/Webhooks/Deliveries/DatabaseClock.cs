using DataHub.Application.Webhooks.Contracts;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>The database's clock as this process knows it: what it said last, and the monotonic time since. A wrong clock of the node does not matter.</summary>
/// <param name="clock">The clock of the process.</param>
internal sealed class DatabaseClock(TimeProvider clock) : IDatabaseClock
{
    // Longer than an answer takes to be read, much shorter than a clock is wrong by when somebody sets it.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    // After that, what the clocks of process and database have drifted apart counts for more.
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private Reading _last = new(clock.GetUtcNow(), clock.GetTimestamp(), OfDatabase: false);

    /// <summary>UTC instant by the database's clock.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var last = Volatile.Read(ref _last);
            return last.Said + clock.GetElapsedTime(last.At);
        }
    }

    /// <summary>Takes in what the database said. An answer that lay around before it was read seems to say an earlier time: a better one of the last minute stays.</summary>
    /// <param name="said">UTC instant.</param>
    public void Set(DateTimeOffset said)
    {
        var (last, at) = (Volatile.Read(ref _last), clock.GetTimestamp());
        var age = clock.GetElapsedTime(last.At, at);
        var behind = last.Said + age - said;
        if (!last.OfDatabase || behind <= TimeSpan.Zero || behind > LongestDelay || age > GoodFor)
        {
            Volatile.Write(ref _last, new Reading(said.ToUniversalTime(), at, OfDatabase: true));
        }
    }

    private sealed record Reading(DateTimeOffset Said, long At, bool OfDatabase);
}
