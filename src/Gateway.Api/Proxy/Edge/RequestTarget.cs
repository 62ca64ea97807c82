using System.Buffers;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>
/// Refuses request targets that two servers could read differently. What is routed and authorised here must be what the upstream
/// reads, so a path is refused when decoding it again, merging slashes, cutting path parameters or resolving dots would change it.
/// </summary>
internal static class RequestTarget
{
    // The common path holds none of these: one vectorised scan and done.
    private static readonly SearchValues<char> Suspicious = SearchValues.Create([.. "%\\;#\u007F", .. Enumerable.Range(0, ' ' + 1).Select(c => (char)c)]);

    // In no target at all (RFC 3986 §2).
    private static readonly SearchValues<char> Impossible = SearchValues.Create([.. "#\u007F", .. Enumerable.Range(0, ' ' + 1).Select(c => (char)c)]);

    /// <summary>Says why a target is refused.</summary>
    /// <param name="rawTarget">The target as received: origin form, absolute form or asterisk (RFC 9112 §3.2).</param>
    /// <returns>Null when it is fine; else a sentence for the caller.</returns>
    public static string? Refusal(string rawTarget)
    {
        var path = PathOf(rawTarget);
        if (path.Contains("//", StringComparison.Ordinal))
        {
            return "The path has an empty segment ('//'); send it with single slashes.";
        }

        if (path.Contains("/.", StringComparison.Ordinal) && HasDotSegment(path))
        {
            return "The path has a dot segment ('.' or '..'); send it resolved.";
        }

        if (path.IndexOfAny(Suspicious) >= 0 && RefusalOfEncoded(path) is { } refusal)
        {
            return refusal;
        }

        return path.Length == rawTarget.Length ? null : RefusalOfRest(rawTarget);
    }

    /// <summary>The path part of a target.</summary>
    /// <param name="rawTarget">The target as received.</param>
    public static ReadOnlySpan<char> PathOf(string rawTarget)
    {
        var target = rawTarget.AsSpan();
        if (target.Length > 0 && target[0] != '/')
        {
            var scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
            {
                return target;
            }

            target = target[(scheme + 3)..];
            var slash = target.IndexOf('/');
            target = slash < 0 ? "/" : target[slash..];
        }

        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    // What stands around the path: the query, and scheme and authority in absolute form.
    private static string? RefusalOfRest(string rawTarget)
    {
        if (rawTarget.AsSpan().ContainsAny(Impossible))
        {
            return "The request target has a '#', space or control character; write '#' in the query as %23, a space as %20, and leave the others out.";
        }

        if (rawTarget[0] == '/')
        {
            return null;
        }

        var authority = rawTarget.AsSpan(rawTarget.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = authority.IndexOfAny('/', '?');
        return (end < 0 ? authority : authority[..end]).Contains('@') ? "The request target names a user; leave it out." : null;
    }

    private static string? RefusalOfEncoded(ReadOnlySpan<char> path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '\\':
                    return "The path has a backslash, which some servers read as a slash; leave it out.";
                case ';':
                    return "The path has a semicolon, which some servers cut off as a path parameter; leave it out.";
                case ' ':
                    return "The path has a space; write it as %20.";
                case < ' ' or '\u007F':
                    return "The path has a control character; leave it out.";
                case '#':
                    return "The path has a '#', which begins a fragment and is not sent; leave it out.";
                case '%' when RefusalOfTriplet(path[i..]) is { } refusal:
                    return refusal;
                case '%' when IsHighByte(path[i + 1]):
                    var length = CharacterLength(path[i..]);
                    if (length == 0)
                    {
                        return "The path has encoded bytes that are not UTF-8, which some servers read as other characters; send UTF-8.";
                    }

                    i += (3 * length) - 1;
                    break;
            }
        }

        return null;
    }

    private static string? RefusalOfTriplet(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 3 || !char.IsAsciiHexDigit(rest[1]) || !char.IsAsciiHexDigit(rest[2]))
        {
            return "The path has a '%' that is not followed by two hexadecimal digits; leave it out: its encoding, %25, is refused in a path too.";
        }

        var value = (Convert.ToInt32(rest[1].ToString(), 16) << 4) | Convert.ToInt32(rest[2].ToString(), 16);
        return value switch
        {
            '/' => "The path has an encoded slash (%2F), which some servers decode; leave it out.",
            '\\' => "The path has an encoded backslash (%5C), which some servers read as a slash; leave it out.",
            '.' => "The path has an encoded dot (%2E); write it as '.', and resolve the segments '.' and '..'.",
            ';' => "The path has an encoded semicolon (%3B), which some servers cut off as a path parameter; leave it out.",
            '%' => "The path has an encoded percent sign (%25), which some servers decode twice; leave it out.",
            '?' or '#' => "The path has an encoded '?' or '#', which some servers decode too early; leave it out.",
            < 0x20 or 0x7F => "The path has an encoded control character; leave it out.",
            _ => null,
        };
    }

    private static bool IsHighByte(char firstDigit) => firstDigit is not (>= '0' and <= '7');

    // How many triplets make the character that begins here; 0 when they make none: cut off, overlong, or a surrogate (RFC 3629 §3).
    private static int CharacterLength(ReadOnlySpan<char> triplets)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (count < bytes.Length && triplets.Length >= 3 && triplets[0] == '%' && char.IsAsciiHexDigit(triplets[1]) && char.IsAsciiHexDigit(triplets[2]))
        {
            Convert.FromHexString(triplets.Slice(1, 2), bytes[count++..], out _, out _);
            triplets = triplets[3..];
        }

        return System.Text.Rune.DecodeFromUtf8(bytes[..count], out _, out var length) == OperationStatus.Done ? length : 0;
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (path[range] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
