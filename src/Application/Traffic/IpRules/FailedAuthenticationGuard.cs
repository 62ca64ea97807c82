using System.Collections.Concurrent;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.Application.Traffic.IpRules;

/// <summary>
/// Counts failed authentications per address in a bucket that drains within a minute. Addresses that never fail cost one look-up and
/// nothing else; those that failed are forgotten once their bucket is empty, or when too many are watched, oldest first.
/// </summary>
internal sealed class FailedAuthenticationGuard(TimeProvider clock, IpRuleOptions options) : IFailedAuthenticationGuard
{
    private const long MinuteMicros = 60_000_000;

    private readonly ConcurrentDictionary<UInt128, Watched> _watched = new();
    private readonly ConcurrentQueue<Watched> _order = new();
    private readonly long _origin = clock.GetTimestamp();
    private readonly int _limit = options.FailedAuthenticationsPerMinute;
    private int _count;

    /// <summary>Addresses that are watched now.</summary>
    public int Count => Volatile.Read(ref _count);

    private long NowMicros => (long)clock.GetElapsedTime(_origin).TotalMicroseconds;

    /// <inheritdoc/>
    public bool IsBlocked(UInt128 clientAddress, out int retryAfterSeconds)
    {
        retryAfterSeconds = 0;
        if (_limit == 0 || Volatile.Read(ref _count) == 0 || !_watched.TryGetValue(clientAddress, out var watched))
        {
            return false;
        }

        var now = NowMicros;
        lock (watched)
        {
            TokenBucket.Drain(ref watched.State, _limit, MinuteMicros, now);
            var wait = TokenBucket.WaitFor(watched.State, _limit, MinuteMicros, 1);
            retryAfterSeconds = wait == 0 ? 0 : LimitReader.ToSeconds(wait);
            return wait > 0;
        }
    }

    /// <inheritdoc/>
    public void RecordFailure(UInt128 clientAddress)
    {
        if (_limit == 0)
        {
            return;
        }

        var now = NowMicros;
        while (true)
        {
            var watched = _watched.GetOrAdd(clientAddress, static (address, guard) => guard.Watch(address), this);
            lock (watched)
            {
                if (watched.Forgotten)
                {
                    continue;
                }

                TokenBucket.Drain(ref watched.State, _limit, MinuteMicros, now);

                // A full bucket takes no more: what was refused anyway must not lengthen the refusal.
                watched.State.Current = Math.Min(_limit, watched.State.Current + 1);
            }

            Trim(now);
            return;
        }
    }

    private Watched Watch(UInt128 address)
    {
        var watched = new Watched(address);
        _order.Enqueue(watched);
        Interlocked.Increment(ref _count);
        return watched;
    }

    // Every failure forgets up to two addresses, so the table shrinks faster than a flood can fill it.
    private void Trim(long now)
    {
        for (var i = 0; i < 2 && _order.TryDequeue(out var oldest); i++)
        {
            lock (oldest)
            {
                TokenBucket.Drain(ref oldest.State, _limit, MinuteMicros, now);
                oldest.Forgotten = oldest.State.Current <= 0 || Count > options.MaxWatchedAddresses;
            }

            if (!oldest.Forgotten)
            {
                _order.Enqueue(oldest);
                return;
            }

            _watched.TryRemove(KeyValuePair.Create(oldest.Address, oldest));
            Interlocked.Decrement(ref _count);
        }
    }

    private sealed class Watched(UInt128 address)
    {
        public UInt128 Address { get; } = address;

        public CounterState State;

        public bool Forgotten { get; set; }
    }
}
