using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// The frame of a segment on disk: magic, which names the columns of its rows, CRC-32C over all that follows, payload length, rows, sequence, writer, days; then the rows as
/// they go to COPY. Little endian. A torn or altered frame fails its length or its checksum.
/// </summary>
internal static class SpoolFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 4 + 4 + 4 + 4 + 8 + 16 + LogSegment.MaxDays * sizeof(int);

    /// <summary>No frame is longer.</summary>
    public const int MaxBytes = HeaderBytes + LogSegment.Capacity;

    private const int Covered = 8;
    private const int NoDay = -1;

    /// <summary>Writes the header of a segment.</summary>
    public static void WriteHeader(Span<byte> header, RowFormat format, Guid writer, long sequence, int rows, ReadOnlySpan<DateOnly> days, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, format.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], rows);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], sequence);
        writer.TryWriteBytes(header[24..]);
        for (var i = 0; i < LogSegment.MaxDays; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header[(40 + i * sizeof(int))..], i < days.Length ? days[i].DayNumber : NoDay);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(header[Covered..HeaderBytes], payload));
    }

    /// <summary>Reads the frame at the start of the buffer.</summary>
    /// <param name="buffer">What was read from disk.</param>
    /// <param name="frame">The frame, when true is returned.</param>
    /// <returns>False when there is no whole, unaltered frame.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> buffer, out Frame frame)
    {
        frame = default;
        var bytes = buffer.Span;
        if (bytes.Length < HeaderBytes || RowFormat.Of(BinaryPrimitives.ReadUInt32LittleEndian(bytes)) is not { } format)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (length is < 0 or > LogSegment.Capacity || bytes.Length < HeaderBytes + length)
        {
            return false;
        }

        var payload = buffer.Slice(HeaderBytes, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum(bytes[Covered..HeaderBytes], payload.Span))
        {
            return false;
        }

        var days = new List<DateOnly>(LogSegment.MaxDays);
        for (var i = 0; i < LogSegment.MaxDays; i++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes[(40 + i * sizeof(int))..]) is var day and not NoDay)
            {
                days.Add(DateOnly.FromDayNumber(day));
            }
        }

        frame = new Frame(
            format,
            new Guid(bytes.Slice(24, 16)),
            new RowRange(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), 0, BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), payload),
            days,
            HeaderBytes + length);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) => Crc(Crc(uint.MaxValue, header), payload) ^ uint.MaxValue;

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    /// <summary>A frame as read.</summary>
    /// <param name="Format">The columns of its rows.</param>
    /// <param name="Writer">The run that wrote it.</param>
    /// <param name="Range">Its rows, over the buffer that was given.</param>
    /// <param name="Days">The days of its rows.</param>
    /// <param name="Bytes">Length of the whole frame.</param>
    internal readonly record struct Frame(RowFormat Format, Guid Writer, RowRange Range, List<DateOnly> Days, int Bytes);
}
