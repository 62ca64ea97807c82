using System.Buffers;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Writes the head of a request (RFC 9112 §3, §5) into bytes that are kept for the next one. Not safe for use by two threads.</summary>
internal sealed class HeadWriter
{
    private const int UsualLength = 2048;

    // More than that is given back after a request: a connection may stay open for days.
    private const int KeptLength = 8192;

    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\r\n\0");

    private byte[] _bytes = new byte[UsualLength];
    private int _length;

    /// <summary>What was written since <see cref="Reset"/>.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Begins a head anew.</summary>
    public void Reset()
    {
        if (_bytes.Length > KeptLength)
        {
            _bytes = new byte[UsualLength];
        }

        _length = 0;
    }

    /// <summary>Adds bytes as they are.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Adds text as UTF-8, as the caller sent it.</summary>
    /// <param name="text">Text without line breaks.</param>
    public void Write(ReadOnlySpan<char> text) => _length += Encoding.UTF8.GetBytes(text, Room(text.Length * 3));

    /// <summary>Adds a field line. Several values become one, as one list (RFC 9110 §5.3; RFC 6265 §5.4 for cookies). A value with a line break or NUL leaves out the field.</summary>
    /// <param name="name">A token.</param>
    /// <param name="values">The values.</param>
    public void WriteField(string name, StringValues values)
    {
        if (values.Count <= 1)
        {
            WriteField(name, values.Count == 0 ? "" : values[0] ?? "");
            return;
        }

        WriteField(name, string.Join(name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase) ? "; " : ", ", values.ToArray()));
    }

    /// <summary>Adds a field line; a value with a line break or NUL leaves it out.</summary>
    /// <param name="name">A token.</param>
    /// <param name="value">The value.</param>
    public void WriteField(string name, string value)
    {
        if (value.AsSpan().ContainsAny(LineBreaks))
        {
            return;
        }

        var room = Room(((name.Length + value.Length) * 3) + 4);
        var length = Encoding.UTF8.GetBytes(name, room);
        room[length++] = (byte)':';
        room[length++] = (byte)' ';
        length += Encoding.UTF8.GetBytes(value, room[length..]);
        room[length++] = (byte)'\r';
        room[length++] = (byte)'\n';
        _length += length;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        }

        return _bytes.AsSpan(_length);
    }
}

/// <summary>The fields of a head that is being written.</summary>
/// <param name="head">The head.</param>
internal readonly struct HeadFields(HeadWriter head) : IUpstreamFields
{
    /// <inheritdoc/>
    public void Add(string name, StringValues values) => head.WriteField(name, values);

    /// <inheritdoc/>
    public void Set(string name, string value) => head.WriteField(name, value);
}
