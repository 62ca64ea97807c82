using System.Buffers;
using System.Collections.Frozen;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>
/// What additional headers of an endpoint may be: bounded, none that belongs to the connection, the signature or the gateway, nothing that ends a
/// line. Asked when they are set and again when they are sent.
/// </summary>
public static class EndpointHeaders
{
    /// <summary>Most headers.</summary>
    public const int MaxCount = 20;

    /// <summary>Most characters of all names and values.</summary>
    public const int MaxTotal = 4_096;

    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 100;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "expect", "host", "date", "via", "forwarded", "max-forwards",
        "authorization", "cookie", "cookie2", "set-cookie", "user-agent", "accept-encoding", "range", "allow", "expires", "last-modified",
        "traceparent", "tracestate", "baggage", "b3", "x-real-ip", "x-http-method-override");

    private static readonly string[] ReservedPrefixes = ["webhook-", "svix-", "x-datahub-", "proxy-", "sec-", "content-", "x-forwarded-", "x-b3-"];

    /// <summary>Every mistake; empty when they may be sent.</summary>
    /// <param name="headers">Names with values; a null value is one that is not known here and not judged.</param>
    /// <param name="pointer">RFC 6901 pointer of the object that holds them.</param>
    /// <returns>Faults with the codes <c>out_of_range</c>, <c>too_long</c>, <c>duplicate</c>, <c>invalid_header</c> and <c>forbidden_header</c>.</returns>
    public static IReadOnlyList<DomainFault> Check(IReadOnlyCollection<KeyValuePair<string, string?>> headers, string pointer = "/headers")
    {
        var faults = new List<DomainFault>();
        if (headers.Count > MaxCount)
        {
            faults.Add(new DomainFault(pointer, "out_of_range", $"At most {MaxCount} headers."));
        }

        if (headers.Sum(h => (long)h.Key.Length + (h.Value?.Length ?? 0)) > MaxTotal)
        {
            faults.Add(new DomainFault(pointer, "too_long", $"Names and values have at most {MaxTotal} characters together."));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            if (!names.Add(name))
            {
                faults.Add(new DomainFault(DomainFault.Below(pointer, name), "duplicate", "This header is named twice."));
            }

            if (MistakeInName(name) is { } mistake)
            {
                faults.Add(new DomainFault(DomainFault.Below(pointer, name), mistake.Code, mistake.Message));
            }

            if (value is not null && !IsValue(value))
            {
                faults.Add(new DomainFault(DomainFault.Below(pointer, name), "invalid_header", "A header's value is visible ASCII, without spaces at its ends."));
            }
        }

        return faults;
    }

    private static (string Code, string Message)? MistakeInName(string name)
    {
        if (name.Length is 0 or > MaxNameLength || name.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            return ("invalid_header", $"A header's name has 1 to {MaxNameLength} letters, digits and characters such as - _ . (RFC 9110 §5.1).");
        }

        return Reserved.Contains(name) || Array.Exists(ReservedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase))
            ? ("forbidden_header", "This header belongs to the connection, the signature or the gateway; in place of Authorization set authentication.")
            : null;
    }

    private static bool IsValue(string value) =>
        value.Length > 0 && value[0] != ' ' && value[^1] != ' ' && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
