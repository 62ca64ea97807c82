using System.Buffers.Binary;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Randomness;

/// <summary>
/// UUIDv7 whose values rise strictly, also within a millisecond and when the clock goes back: by the monotonic random of RFC 9562 §6.2, method 2. What was made
/// together, such as the events of a batch, keeps its order when it is sorted by id.
/// </summary>
/// <param name="clock">The clock.</param>
internal sealed class Uuid7Source(TimeProvider clock) : IIdSource
{
    private const ulong Variant = 0x8000_0000_0000_0000;
    private const ulong Tail = 0x3FFF_FFFF_FFFF_FFFF;

    private readonly Lock _gate = new();
    private Guid _last;

    /// <inheritdoc/>
    public Guid NewId()
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        lock (_gate)
        {
            return _last = id.CompareTo(_last) > 0 ? id : After(_last, id);
        }
    }

    // The tail grows by a random step, so that the next one cannot be guessed. When it has no room left, which one in billions sees, the millisecond does.
    private static Guid After(Guid last, Guid fresh)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> random = stackalloc byte[16];
        last.TryWriteBytes(bytes, bigEndian: true, out _);
        fresh.TryWriteBytes(random, bigEndian: true, out _);
        var tail = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & Tail;
        var next = tail + 1 + BinaryPrimitives.ReadUInt32BigEndian(random[12..]);
        if (next > Tail)
        {
            var milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16) + 1;
            return Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Variant | next);
        return new Guid(bytes, bigEndian: true);
    }
}
