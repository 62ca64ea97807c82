namespace DataHub.Application.Access.Contracts;

/// <summary>The use of a secret on this node, written by requests and drained in batches: the last use without a lock, and what still comes with a replaced secret.</summary>
public sealed class KeyUsage
{
    private long _lastUsedTicks;
    private ReplacedSecretCounter? _replaced;

    /// <summary>UTC ticks of the last use that was not drained yet; 0 for none.</summary>
    public long LastUsedTicks => Volatile.Read(ref _lastUsedTicks);

    /// <summary>Whether anything waits to be drained.</summary>
    public bool IsEmpty => LastUsedTicks == 0 && Volatile.Read(ref _replaced) is null or { IsEmpty: true };

    /// <summary>Notes a use.</summary>
    /// <param name="utcTicks">UTC ticks of now.</param>
    public void Touch(long utcTicks) => Volatile.Write(ref _lastUsedTicks, utcTicks);

    /// <summary>Takes the last use out.</summary>
    /// <returns>UTC ticks; 0 for none since the last call.</returns>
    public long Drain() => Interlocked.Exchange(ref _lastUsedTicks, 0);

    /// <summary>Counts a request that came with a replaced secret.</summary>
    /// <param name="address">Where it came from, as the limiter counts addresses.</param>
    /// <param name="utcTicks">UTC ticks of now.</param>
    public void CountReplaced(UInt128 address, long utcTicks) =>
        (Volatile.Read(ref _replaced) ?? MakeCounter()).Count(address, utcTicks);

    /// <summary>Takes the counts of a replaced secret out.</summary>
    /// <param name="addresses">Takes what came from single addresses.</param>
    /// <returns>Requests since the last call.</returns>
    public long DrainReplaced(ICollection<AddressUse> addresses) => Volatile.Read(ref _replaced)?.Drain(addresses) ?? 0;

    // Once in the life of a replaced secret on a node.
    private ReplacedSecretCounter MakeCounter()
    {
        var mine = new ReplacedSecretCounter();
        return Interlocked.CompareExchange(ref _replaced, mine, null) ?? mine;
    }
}

/// <summary>What came from one address.</summary>
/// <param name="Address">As the limiter counts addresses: an IPv4 address mapped into IPv6, or the first 64 bits of an IPv6 one.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="LastTicks">UTC ticks of the last one.</param>
public readonly record struct AddressUse(UInt128 Address, long Requests, long LastTicks);

/// <summary>Counts requests by address in a fixed place: what comes from more addresses than fit counts in the sum only, until the next drain.</summary>
internal sealed class ReplacedSecretCounter
{
    private const int Places = 20;

    private readonly Lock _gate = new();
    private readonly AddressUse[] _uses = new AddressUse[Places];
    private int _used;
    private long _requests;

    public bool IsEmpty => Volatile.Read(ref _requests) == 0;

    public void Count(UInt128 address, long utcTicks)
    {
        lock (_gate)
        {
            _requests++;
            for (var i = 0; i < _used; i++)
            {
                if (_uses[i].Address == address)
                {
                    _uses[i] = new AddressUse(address, _uses[i].Requests + 1, utcTicks);
                    return;
                }
            }

            if (_used < Places)
            {
                _uses[_used++] = new AddressUse(address, 1, utcTicks);
            }
        }
    }

    public long Drain(ICollection<AddressUse> addresses)
    {
        lock (_gate)
        {
            for (var i = 0; i < _used; i++)
            {
                addresses.Add(_uses[i]);
            }

            var requests = _requests;
            (_used, _requests) = (0, 0);
            return requests;
        }
    }
}
