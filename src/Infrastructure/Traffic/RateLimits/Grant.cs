using System.Buffers.Binary;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>What a node asks the shared counts for.</summary>
/// <param name="Wanted">Requests to cover; 0 only gives back.</param>
/// <param name="Waiting">Requests that wait for the answer now: they get all that is left.</param>
/// <param name="Divisor">No more than what is left ÷ this is granted ahead of need.</param>
/// <param name="ValidityMicros">Longest time the grant may be held; 0 when it is spent at once.</param>
internal readonly record struct GrantRequest(int Wanted, int Waiting, int Divisor, long ValidityMicros)
{
    /// <summary>One request, decided here and now.</summary>
    public static readonly GrantRequest One = new(1, 1, 1, 0);
}

/// <summary>What became of an earlier grant.</summary>
/// <param name="GrantedAt">The store's clock of the grant, in microseconds.</param>
/// <param name="Slot">The slot that a bucket holds it under; −1 when nothing was held.</param>
/// <param name="Unspent">Requests given back.</param>
/// <param name="Spent">Requests that were let through and need not be held any more.</param>
/// <param name="Charged"><see cref="Grant.Charged"/> of the grant: only those limits get anything back.</param>
internal readonly record struct GrantReport(long GrantedAt, long Slot, int Unspent, int Spent, byte Charged);

/// <summary>The store's answer.</summary>
internal sealed class Grant
{
    private const int Header = 4;

    private Grant(int limits) => (States, Fits) = (new CounterState[limits], new bool[limits]);

    /// <summary>Requests that are covered and charged to every limit; 0 when a limit refused.</summary>
    public int Granted { get; private set; }

    /// <summary>The store's clock, in microseconds.</summary>
    public long Now { get; private set; }

    /// <summary>How long the grant may be held, in microseconds.</summary>
    public long ValidityMicros { get; private set; }

    /// <summary>The slot that a bucket holds it under.</summary>
    public long Slot { get; private set; }

    /// <summary>The counts after the call, in the order of the keys.</summary>
    public CounterState[] States { get; }

    /// <summary>Whether each limit had room for a request; with <see cref="Granted"/> above 0 those were charged.</summary>
    public bool[] Fits { get; }

    /// <summary>Bit for each limit that was charged; a shadow limit without room was not.</summary>
    public byte Charged
    {
        get
        {
            var charged = 0;
            for (var i = 0; i < Fits.Length && Granted > 0; i++)
            {
                charged |= Fits[i] ? 1 << i : 0;
            }

            return (byte)charged;
        }
    }

    /// <summary>Reads the packed answer of <c>limits.lua</c>.</summary>
    public static Grant Parse(ReadOnlySpan<byte> packed, int limits)
    {
        var grant = new Grant(limits)
        {
            Granted = (int)At(packed, 0),
            Now = (long)At(packed, 1),
            ValidityMicros = (long)At(packed, 2),
            Slot = (long)At(packed, 3),
        };
        for (var i = 0; i < limits; i++)
        {
            var at = Header + (i * 4);
            grant.States[i] = new CounterState { At = (long)At(packed, at), Current = At(packed, at + 1), Previous = At(packed, at + 2) };
            grant.Fits[i] = At(packed, at + 3) > 0;
        }

        return grant;
    }

    /// <summary>Puts the answers of several slots of a cluster together.</summary>
    /// <param name="parts">The answer of each slot with the positions of its limits.</param>
    /// <param name="limits">How many limits there are in all.</param>
    /// <param name="granted">What all of them granted.</param>
    public static Grant Join(IReadOnlyList<(Grant Grant, int[] Positions)> parts, int limits, int granted)
    {
        var joined = new Grant(limits) { Granted = granted, Now = parts[0].Grant.Now, Slot = -1 };
        foreach (var (grant, positions) in parts)
        {
            for (var i = 0; i < positions.Length; i++)
            {
                (joined.States[positions[i]], joined.Fits[positions[i]]) = (grant.States[i], grant.Fits[i]);
            }
        }

        return joined;
    }

    private static double At(ReadOnlySpan<byte> packed, int index) => BinaryPrimitives.ReadDoubleLittleEndian(packed[(index * sizeof(double))..]);
}
