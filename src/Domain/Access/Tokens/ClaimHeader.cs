using System.Buffers;
using System.Collections.Frozen;

namespace DataHub.Domain.Access.Tokens;

/// <summary>A claim that the upstream gets as a header. Copies of the header that a caller sends never pass.</summary>
/// <param name="Claim">Name of the claim, or a path such as <c>address.country</c>.</param>
/// <param name="Header">Name of the header.</param>
public sealed record ClaimHeader(string Claim, string Header)
{
    /// <summary>Most characters of a header's name.</summary>
    public const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Framing, routing, credentials, and what the gateway itself sets: a claim that reached one of these would decide more than it says.</summary>
    private static readonly FrozenSet<string> Refused = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "HTTP2-Settings", "Proxy-Authenticate",
        "Proxy-Authorization", "Proxy-Authentication-Info", "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "Alt-Svc", "Expect", "Max-Forwards", "Via", "Date",
        "Host", "Authorization", "Cookie", "Set-Cookie", "X-API-Key", "Range", "Origin", "Referer", "User-Agent", "Early-Data",
        "Accept", "Accept-Encoding", "Cache-Control", "Pragma", "Vary", "Server",
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl",
        "X-Real-IP", "X-Client-IP", "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "Forwarded", "X-Request-Id", "traceparent", "tracestate", "baggage",
        "X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "X-Key-Id",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] RefusedPrefixes = ["X-Consumer-", "X-DataHub-", "DataHub-", "X-Credential-", "X-Content-", "Content-", "If-", "Sec-", "Access-Control-", "RateLimit", "X-RateLimit"];

    /// <summary>Whether a claim may be sent under a name.</summary>
    /// <param name="name">The header's name.</param>
    /// <returns>False for what is not 1 to <see cref="MaxNameLength"/> letters, digits and <c>-</c>, and for names that other parties rely on.</returns>
    public static bool IsAllowedName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength }
        && char.IsAsciiLetter(name[0]) && name[^1] != '-'
        && !name.AsSpan().ContainsAnyExcept(NameLetters)
        && !Refused.Contains(name)
        && !Array.Exists(RefusedPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
