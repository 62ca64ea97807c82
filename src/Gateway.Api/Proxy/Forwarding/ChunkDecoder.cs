using System.Buffers.Text;
using System.Globalization;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Finds the content among the framing of chunks (RFC 9112 §7.1). Extensions and trailers are read and dropped.</summary>
internal struct ChunkDecoder
{
    private const int LongestLine = 8 * 1024;
    private const int LongestTrailers = 64 * 1024;

    private Part _next;
    private long _left;
    private int _trailers;

    private enum Part : byte
    {
        Size,
        Content,
        ContentEnd,
        Trailers,
        Nothing,
    }

    /// <summary>True once the last chunk and the trailers have been taken.</summary>
    public readonly bool IsDone => _next == Part.Nothing;

    /// <summary>Takes a step.</summary>
    /// <param name="bytes">What has come and was not taken yet.</param>
    /// <param name="framing">Bytes of framing at its front.</param>
    /// <param name="content">Bytes of content behind them.</param>
    /// <returns>False when more must come first.</returns>
    /// <exception cref="HttpRequestException">It is not chunked.</exception>
    public bool TryTake(ReadOnlySpan<byte> bytes, out int framing, out int content)
    {
        (framing, content) = (0, 0);
        if (_next == Part.Content)
        {
            content = (int)Math.Min(_left, bytes.Length);
            _left -= content;
            _next = _left == 0 ? Part.ContentEnd : Part.Content;
            return content > 0;
        }

        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return bytes.Length > LongestLine ? throw InvalidResponse.Because("A line between the chunks of the response is too long.") : false;
        }

        framing = end + 1;
        var line = bytes[..end];
        line = line is [.., (byte)'\r'] ? line[..^1] : line;
        _next = _next switch
        {
            Part.Size => ReadSize(line),
            Part.ContentEnd when line.IsEmpty => Part.Size,
            Part.Trailers when line.IsEmpty => Part.Nothing,
            Part.Trailers when (_trailers += framing) <= LongestTrailers => Part.Trailers,
            _ => throw InvalidResponse.Because("The chunks of the response do not fit together."),
        };
        return true;
    }

    private Part ReadSize(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        if (digits.Length is 0 or > 15 || !Utf8Parser.TryParse(digits, out long size, out var read, 'x') || read != digits.Length)
        {
            throw InvalidResponse.Because("A chunk of the response has no valid size.");
        }

        _left = size;
        return size == 0 ? Part.Trailers : Part.Content;
    }
}
