namespace DataHub.Application.Observability.Telemetry;

/// <summary>Checks <c>tracestate</c> (W3C Trace Context §3.3): a list of vendors' entries, passed on whole or not at all.</summary>
public static class TraceState
{
    /// <summary>Most entries that may be passed on (§3.3.1.1).</summary>
    public const int MaxMembers = 32;

    /// <summary>Longest list that is passed on; the recommendation asks for at least 512 characters.</summary>
    public const int MaxLength = 2048;

    private const int MaxKey = 256;
    private const int MaxTenant = 241;
    private const int MaxSystem = 14;
    private const int MaxValue = 256;

    /// <summary>Whether a list may be passed on.</summary>
    /// <param name="text">All <c>tracestate</c> headers joined by commas.</param>
    /// <returns>False when the whole list must be left out.</returns>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            return false;
        }

        var members = 0;
        for (var rest = text; ;)
        {
            var comma = rest.IndexOf(',');
            var member = (comma < 0 ? rest : rest[..comma]).Trim(" \t");
            // Empty members are allowed (§3.3.1.1).
            if (!member.IsEmpty && (++members > MaxMembers || !IsMember(member) || IsRepeated(member, comma < 0 ? default : rest[(comma + 1)..])))
            {
                return false;
            }

            if (comma < 0)
            {
                return members > 0;
            }

            rest = rest[(comma + 1)..];
        }
    }

    private static bool IsMember(ReadOnlySpan<char> member)
    {
        var equals = member.IndexOf('=');
        return equals > 0 && IsKey(member[..equals]) && IsValue(member[(equals + 1)..]);
    }

    private static bool IsKey(ReadOnlySpan<char> key)
    {
        var at = key.IndexOf('@');
        if (at < 0)
        {
            return key.Length <= MaxKey && char.IsAsciiLetterLower(key[0]) && AreKeyChars(key);
        }

        var tenant = key[..at];
        var system = key[(at + 1)..];
        return tenant.Length is > 0 and <= MaxTenant && system.Length is > 0 and <= MaxSystem
            && (char.IsAsciiLetterLower(tenant[0]) || char.IsAsciiDigit(tenant[0])) && char.IsAsciiLetterLower(system[0])
            && AreKeyChars(tenant) && AreKeyChars(system);
    }

    private static bool AreKeyChars(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '*' or '/'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsValue(ReadOnlySpan<char> value)
    {
        if (value.Length is 0 or > MaxValue || value[^1] == ' ')
        {
            return false;
        }

        foreach (var c in value)
        {
            if (c is < ' ' or > '~' or '=')
            {
                return false;
            }
        }

        return true;
    }

    // Keys are unique; the quadratic search is over at most 32 short members.
    private static bool IsRepeated(ReadOnlySpan<char> member, ReadOnlySpan<char> rest)
    {
        var key = member[..(member.IndexOf('=') + 1)];
        while (!rest.IsEmpty)
        {
            var comma = rest.IndexOf(',');
            if ((comma < 0 ? rest : rest[..comma]).TrimStart(" \t").StartsWith(key, StringComparison.Ordinal))
            {
                return true;
            }

            rest = comma < 0 ? default : rest[(comma + 1)..];
        }

        return false;
    }
}
