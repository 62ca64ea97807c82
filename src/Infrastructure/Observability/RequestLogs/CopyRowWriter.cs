using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Writes one row in the binary COPY format of PostgreSQL (documentation of COPY, "Binary Format"): a 16-bit field count, then each
/// field as a 32-bit length (−1 for null) and its value in network order. The caller has made sure that the row fits.
/// </summary>
internal ref struct CopyRowWriter
{
    // What binary timestamps count from.
    private static readonly long Epoch2000Ticks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private const byte InetIPv4 = 2;
    private const byte InetIPv6 = 3;

    private readonly Span<byte> _target;
    private int _at;

    public CopyRowWriter(Span<byte> target, short fields)
    {
        _target = target;
        BinaryPrimitives.WriteInt16BigEndian(target, fields);
        _at = sizeof(short);
    }

    public readonly int Written => _at;

    public void Null() => Length(-1);

    public void Int16(short value)
    {
        Length(sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(_target[_at..], value);
        _at += sizeof(short);
    }

    public void Int32(int value)
    {
        Length(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(_target[_at..], value);
        _at += sizeof(int);
    }

    public void Int64(long value)
    {
        Length(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_target[_at..], value);
        _at += sizeof(long);
    }

    public void Timestamp(DateTimeOffset value) => Int64((value.UtcTicks - Epoch2000Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Reads back what <see cref="Timestamp"/> wrote; UTC.</summary>
    public static DateTime ReadTimestamp(ReadOnlySpan<byte> value) =>
        new(Epoch2000Ticks + (BinaryPrimitives.ReadInt64BigEndian(value) * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    public void Uuid(Guid value)
    {
        Length(16);
        value.TryWriteBytes(_target[_at..], bigEndian: true, out _);
        _at += 16;
    }

    public void Uuid(Guid? value)
    {
        if (value is { } uuid)
        {
            Uuid(uuid);
        }
        else
        {
            Null();
        }
    }

    /// <summary>Text as UTF-8; lone surrogates become U+FFFD and U+0000, which PostgreSQL refuses, a question mark.</summary>
    public void Text(string? value, int maxLength)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var start = _at + sizeof(int);
        var source = value.AsSpan(0, Math.Min(value.Length, maxLength));
        var written = Encoding.UTF8.GetBytes(source, _target[start..]);
        var bytes = _target.Slice(start, written);
        if (bytes.Contains((byte)0))
        {
            bytes.Replace((byte)0, (byte)'?');
        }

        Length(written);
        _at += written;
    }

    /// <summary>Where the bytes of the next field will stand, behind its length.</summary>
    public readonly Span<byte> Rest => _target[(_at + sizeof(int))..];

    /// <summary>Takes bytes that were written to <see cref="Rest"/> as the next field.</summary>
    public void InPlace(int written)
    {
        Length(written);
        _at += written;
    }

    public void Inet(IPAddress? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, out var length);
        if (length == 16 && value.IsIPv4MappedToIPv6)
        {
            bytes = bytes[12..];
            length = 4;
        }

        Length(4 + length);
        var target = _target.Slice(_at, 4 + length);
        target[0] = length == 4 ? InetIPv4 : InetIPv6;
        target[1] = (byte)(length * 8);
        target[2] = 0;
        target[3] = (byte)length;
        bytes[..length].CopyTo(target[4..]);
        _at += target.Length;
    }

    public void TextArray(string[]? values, int maxCount, int maxLength)
    {
        if (values is null)
        {
            Null();
            return;
        }

        const int TextOid = 25;
        var lengthAt = _at;
        var count = Math.Min(values.Length, maxCount);
        _at += sizeof(int);
        Raw(count == 0 ? 0 : 1);
        Raw(0);
        Raw(TextOid);
        if (count > 0)
        {
            Raw(count);
            Raw(1);
        }

        for (var i = 0; i < count; i++)
        {
            Text(values[i], maxLength);
        }

        BinaryPrimitives.WriteInt32BigEndian(_target[lengthAt..], _at - lengthAt - sizeof(int));
    }

    private void Length(int value) => Raw(value);

    private void Raw(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_target[_at..], value);
        _at += sizeof(int);
    }
}
