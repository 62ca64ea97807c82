using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DataHub.Gateway.Api.Proxy.Edge;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>
/// The head of a response (RFC 9112 §4, §5), read strictly where two readers could disagree. An upstream answers alike again and again, so lines that
/// are byte for byte those of the response before on the same connection keep their strings. Not safe for use by two threads.
/// </summary>
internal sealed class ResponseHead
{
    private const int MaxFields = 1000;

    private readonly List<(int Start, int Length)> _lines = [];
    private readonly List<ResponseField> _fields = [];
    private byte[] _bytes = [];
    private bool _renamed;

    /// <summary>The status, 100 to 999.</summary>
    public int Status { get; private set; }

    /// <summary>The reason phrase; null for the usual one of the status.</summary>
    public string? Reason { get; private set; }

    /// <summary>The fields, in their order; good until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<ResponseField> Fields => CollectionsMarshal.AsSpan(_fields);

    /// <summary>Bytes of the content, or null when no length was told.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>True when the content comes in chunks.</summary>
    public bool Chunked { get; private set; }

    /// <summary>True when the connection can carry another exchange.</summary>
    public bool Persistent { get; private set; }

    /// <summary>The fields that <c>Connection</c> declares for this hop only; null for none.</summary>
    public List<string>? Named { get; private set; }

    /// <summary>Where a head ends.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <returns>Its length with the empty line; -1 when it has not come whole.</returns>
    public static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\n\r\n"u8);
        var bare = (end < 0 ? bytes : bytes[..(end + 1)]).IndexOf("\n\n"u8);
        return bare >= 0 ? bare + 2 : end >= 0 ? end + 3 : -1;
    }

    /// <summary>Reads a head.</summary>
    /// <param name="head">The bytes with the empty line. Folded lines are unfolded in place.</param>
    /// <exception cref="HttpRequestException">It is not HTTP/1.x, or can be read in two ways.</exception>
    public void Read(Span<byte> head)
    {
        var line = NextLine(head, 0, out var next);
        var persistent = ReadStatusLine(line);
        ContentLength = null;
        Chunked = false;
        Named = null;
        var framed = false;
        var changed = false;
        var count = 0;
        for (; next < head.Length; count++)
        {
            var start = next;
            line = NextLine(head, start, out next);
            if (line.IsEmpty)
            {
                break;
            }

            if (count >= MaxFields)
            {
                throw InvalidResponse.Because("The response has too many header fields.");
            }

            changed |= ReadLine(line, start, count);
            var field = _fields[count];
            switch (field.Use)
            {
                case ResponseFieldUse.ContentLength:
                    ReadLength(field.Value);
                    break;
                case ResponseFieldUse.TransferEncoding:
                    framed = ReadEncoding(field.Value, framed);
                    break;
                case ResponseFieldUse.Connection:
                    persistent &= !HasToken(field.Value, "close");
                    Name(ConnectionTokens.Named(field.Value));
                    break;
            }
        }

        // With both, the chunks are right, and the connection is not trusted with another exchange (RFC 9112 §6.3).
        Chunked = framed;
        Persistent = persistent && !(framed && ContentLength is not null);
        Keep(head, count, changed);
    }

    // RFC 9112 §4. True for HTTP/1.1, where connections stay open unless told otherwise.
    private bool ReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || (line.Length > 12 && line[12] != ' ') || line[9..12].ContainsAnyExceptInRange((byte)'0', (byte)'9') || line[9] == '0')
        {
            throw InvalidResponse.Because("The response does not begin with a status line of HTTP/1.x.");
        }

        Status = int.Parse(line[9..12], CultureInfo.InvariantCulture);
        var reason = line.Length > 13 ? line[13..] : default;

        // A phrase that is not plain text says nothing, and must not reach the caller's status line.
        Reason = reason.IsEmpty || reason.ContainsAnyExceptInRange((byte)' ', (byte)'~') || Ascii.Equals(reason, ReasonPhrases.GetReasonPhrase(Status))
            ? null
            : Encoding.Latin1.GetString(reason);
        return line[7] == '1';
    }

    // True when the line differs from the one at its place in the response before.
    private bool ReadLine(ReadOnlySpan<byte> line, int start, int index)
    {
        if (index < _fields.Count)
        {
            var before = _lines[index];
            _lines[index] = (start, line.Length);
            var last = _bytes.AsSpan(before.Start, before.Length);
            if (line.SequenceEqual(last))
            {
                return before.Start != start;
            }

            var known = _fields[index];
            var sameName = line.Length > known.Name.Length && line[known.Name.Length] == ':' && line[..known.Name.Length].SequenceEqual(last[..known.Name.Length]);
            _fields[index] = sameName ? known with { Value = ValueOf(line[(known.Name.Length + 1)..]) } : ReadField(line);
            return true;
        }

        _fields.Add(ReadField(line));
        _lines.Add((start, line.Length));
        return true;
    }

    private ResponseField ReadField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');

        // White space before the colon is taken away, as a proxy must (RFC 9112 §5.1).
        var name = colon > 0 ? Encoding.Latin1.GetString(line[..colon].TrimEnd(" \t"u8)) : "";
        if (!HeaderFieldEncodings.IsToken(name))
        {
            throw InvalidResponse.Because("A header field of the response has no name, or one that is not a token.");
        }

        _renamed = true;
        return new ResponseField(name, ValueOf(line[(colon + 1)..]), UseOf(name), Repeated: false);
    }

    private static string ValueOf(ReadOnlySpan<byte> bytes)
    {
        var value = bytes.Trim(" \t"u8);
        return value.ContainsAny((byte)'\0', (byte)'\r') ? throw InvalidResponse.Because("A header field of the response holds a control character.") : Encoding.Latin1.GetString(value);
    }

    private static ResponseFieldUse UseOf(string name) => name switch
    {
        _ when name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) => ResponseFieldUse.ContentLength,
        _ when name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase) => ResponseFieldUse.TransferEncoding,
        _ when name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) => ResponseFieldUse.Connection,
        _ when HeaderRules.IsDroppedFromResponse(name) => ResponseFieldUse.Dropped,
        _ => ResponseFieldUse.Passed,
    };

    // Several equal lengths are one (RFC 9112 §6.3); anything else could be read in two ways.
    private void ReadLength(string value)
    {
        foreach (var part in value.AsSpan().Split(','))
        {
            var text = value.AsSpan()[part].Trim(" \t");
            if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9') || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || (ContentLength is { } other && other != length))
            {
                throw InvalidResponse.Because("Content-Length of the response is not one number.");
            }

            ContentLength = length;
        }
    }

    // No other coding was offered (RFC 9110 §10.1.4). After chunks over HTTP/1.0 the connection ends, as always there (RFC 9112 §6.1).
    private static bool ReadEncoding(string value, bool framed) =>
        !framed && value.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? true : throw InvalidResponse.Because("Transfer-Encoding of the response is not 'chunked'.");

    private void Name(List<string>? named)
    {
        if (named is not null)
        {
            (Named ??= []).AddRange(named);
        }
    }

    private static bool HasToken(string value, string token)
    {
        foreach (var part in value.AsSpan().Split(','))
        {
            if (value.AsSpan()[part].Trim(" \t").Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void MarkRepeated()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _fields.Count; i++)
        {
            _fields[i] = _fields[i] with { Repeated = !names.Add(_fields[i].Name) };
        }

        _renamed = false;
    }

    // The lines stand where they stood in the bytes that are kept.
    private void Keep(ReadOnlySpan<byte> head, int count, bool changed)
    {
        if (!changed && count == _fields.Count)
        {
            return;
        }

        _renamed |= count != _fields.Count;
        _fields.RemoveRange(count, _fields.Count - count);
        _lines.RemoveRange(count, _lines.Count - count);
        if (_renamed)
        {
            MarkRepeated();
        }

        if (_bytes.Length < head.Length)
        {
            _bytes = new byte[head.Length];
        }

        head.CopyTo(_bytes);
    }

    // What is folded becomes one line (RFC 9112 §5.2); before the first field there is nothing to fold (§2.2).
    private static ReadOnlySpan<byte> NextLine(Span<byte> head, int start, out int next)
    {
        next = start + head[start..].IndexOf((byte)'\n') + 1;
        while (next < head.Length && head[next] is (byte)' ' or (byte)'\t')
        {
            if (start == 0)
            {
                throw InvalidResponse.Because("The response has white space before its first header field.");
            }

            head[next - 1] = (byte)' ';
            head[next - 2] = head[next - 2] == '\r' ? (byte)' ' : head[next - 2];
            next += head[next..].IndexOf((byte)'\n') + 1;
        }

        var line = head[start..(next - 1)];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }
}
