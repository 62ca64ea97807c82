using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Which header fields pass the gateway. Names compare without case, and with <c>_</c> equal to <c>-</c>, as CGI-like upstreams read them.</summary>
internal static class HeaderRules
{
    /// <summary>Never forwarded upstream as the caller sent them.</summary>
    private static readonly FrozenSet<string> DroppedFromRequest = new[]
    {
        // Hop-by-hop (RFC 9110 §7.6.1) and connection-level fields.
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "HTTP2-Settings", "Proxy-Authenticate",
        "Proxy-Authorization", "Proxy-Authentication-Info", "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "Alt-Svc",

        // The gateway's credential.
        "X-API-Key",

        // Set by the gateway itself, from what it knows.
        "Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server",
        "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Real-IP", "X-Client-IP", "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "Forwarded", "X-Request-Id",
        "traceparent", "tracestate", "X-Content-Length", "X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method",

        // Identity that an upstream might believe.
        "X-Key-Id", "X-Credential-Identifier", "X-Authenticated-Scope", "X-Authenticated-Userid", "X-Remote-User", "Remote-User", "X-Forwarded-User",
        "X-Forwarded-Email", "X-Auth-Request-User", "X-User-Id", "X-Tenant-Id",
    }.ToFrozenSet(HeaderNameComparer.Instance);

    /// <summary>Never passed to the caller as the upstream sent them.</summary>
    private static readonly FrozenSet<string> DroppedFromResponse = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Proxy-Authenticate", "Proxy-Authentication-Info", "Alt-Svc", "Close",
        "RateLimit",
        "X-Request-Id", "DataHub-Origin",

        // It would let a script of the upstream stand between a browser and everything else that is served on this host.
        "Service-Worker-Allowed",
    }.ToFrozenSet(HeaderNameComparer.Instance);

    /// <summary>Named in <c>Connection</c>, these stay all the same: the framing and the content depend on them.</summary>
    private static readonly FrozenSet<string> KeptThoughNamed = new[]
    {
        "Host", "Content-Length", "Content-Type", "Content-Encoding", "Authorization", "Cookie", "Date",
    }.ToFrozenSet(HeaderNameComparer.Instance);

    private static readonly string[] IdentityPrefixes = ["X-Consumer-", "X-DataHub-", "DataHub-", "X-Credential-"];

    /// <summary>What proxies that authenticate tell in fields of many names: certificates, groups, mail addresses.</summary>
    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Auth-Request-"];

    private static readonly string[] RateLimitPrefixes = ["RateLimit-", "X-RateLimit-", "X-Rate-Limit-"];

    /// <summary>Whether a request field is dropped, whatever it holds.</summary>
    /// <param name="name">The field name as received.</param>
    /// <param name="fromTrustedProxy">Whether who sent it is a proxy that is trusted.</param>
    public static bool IsDroppedFromRequest(string name, bool fromTrustedProxy) =>
        name.StartsWith(':') || DroppedFromRequest.Contains(name) || HasIdentityPrefix(name, fromTrustedProxy) || IsSecondLength(name);

    /// <summary>Whether a response field is dropped.</summary>
    /// <param name="name">The field name as the upstream sent it.</param>
    public static bool IsDroppedFromResponse(string name) => DroppedFromResponse.Contains(name) || ((name[0] | 0x20) is 'x' or 'r' && HasPrefix(name, RateLimitPrefixes));

    /// <summary>Whether a field that <c>Connection</c> names is removed for it.</summary>
    /// <param name="name">A token of <c>Connection</c>.</param>
    public static bool IsRemovedWhenNamed(string name) => !KeptThoughNamed.Contains(name);

    // Content_Length, which a CGI-like upstream could take for the length.
    private static bool IsSecondLength(string name) => name.Length == 14 && name[7] == '_' && HeaderNameComparer.Equals(name, "Content-Length");

    // Every prefix starts with x or d: most fields are done there.
    private static bool HasIdentityPrefix(string name, bool fromTrustedProxy) =>
        (name[0] | 0x20) is 'x' or 'd' && (HasPrefix(name, IdentityPrefixes) || (!fromTrustedProxy && HasPrefix(name, ProxyPrefixes)));

    private static bool HasPrefix(string name, string[] prefixes)
    {
        foreach (var prefix in prefixes)
        {
            if (name.Length > prefix.Length && HeaderNameComparer.Equals(name.AsSpan(0, prefix.Length), prefix))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Compares field names without case and with <c>_</c> equal to <c>-</c>.</summary>
internal sealed class HeaderNameComparer : IEqualityComparer<string>
{
    /// <summary>The comparer.</summary>
    public static readonly HeaderNameComparer Instance = new();

    private HeaderNameComparer()
    {
    }

    /// <inheritdoc/>
    public bool Equals(string? x, string? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

    /// <summary>Compares two names.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool Equals(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        if (x.Length != y.Length)
        {
            return false;
        }

        for (var i = 0; i < x.Length; i++)
        {
            if (Fold(x[i]) != Fold(y[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a name is one of several.</summary>
    /// <param name="name">The name.</param>
    /// <param name="names">The others.</param>
    public static bool IsOneOf(ReadOnlySpan<char> name, string[] names)
    {
        foreach (var other in names)
        {
            if (Equals(name, other))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public int GetHashCode([DisallowNull] string obj)
    {
        // Length and three letters tell field names apart well enough, and cost less than hashing all of it.
        var last = obj.Length - 1;
        return obj.Length == 0 ? 0 : (obj.Length << 24) ^ (Fold(obj[0]) << 16) ^ (Fold(obj[last]) << 8) ^ Fold(obj[last >> 1]);
    }

    private static char Fold(char c) => c switch
    {
        '_' => '-',
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        _ => c,
    };
}
