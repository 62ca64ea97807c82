using System.Buffers.Binary;
using DataHub.Application.Abstractions;

namespace DataHub.Application.Observability.Telemetry;

/// <summary>
/// Makes trace and span ids without a lock or a system call: a counter from a random start goes through a bijective mix (SplitMix64,
/// Steele, Lea and Flood 2014), so no value repeats before 2^64 calls. Ids are names, not secrets.
/// </summary>
public sealed class TraceIds
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong _traceSalt;
    private ulong _counter;

    /// <summary>Seeds the sequence.</summary>
    /// <param name="random">Asked once, for 16 bytes.</param>
    public TraceIds(IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[16];
        random.Fill(seed);
        _counter = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        _traceSalt = BinaryPrimitives.ReadUInt64LittleEndian(seed[8..]);
    }

    /// <summary>A new span id.</summary>
    /// <returns>Never zero, which W3C forbids.</returns>
    public ulong NextSpanId()
    {
        ulong id;
        do
        {
            id = Mix(Interlocked.Add(ref _counter, Golden));
        }
        while (id == 0);
        return id;
    }

    /// <summary>A new trace id.</summary>
    /// <returns>Two halves; the lower is never zero.</returns>
    public (ulong High, ulong Low) NextTraceId()
    {
        var low = NextSpanId();
        return (Mix(low ^ _traceSalt), low);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
