using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>The cookies of people's sessions, which must neither reach an upstream nor be set by one. Browsers send them to the admin API only.</summary>
internal static class SessionCookies
{
    private const string Prefix = "datahub-";
    private const string SecurePrefix = "__Secure-" + Prefix;

    /// <summary>Whether any of them may be among the cookies.</summary>
    /// <param name="values">The values of <c>Cookie</c>.</param>
    public static bool Holds(StringValues values)
    {
        foreach (var value in values)
        {
            if (value?.Contains(Prefix, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The other cookies, as one field (RFC 6265 §5.4).</summary>
    /// <param name="values">The values of <c>Cookie</c>.</param>
    public static string Without(StringValues values) => string.Join("; ", values.SelectMany(v => v!.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Where(c => !IsOurs(c)));

    /// <summary>Takes them out of what an upstream sets: it could sign a browser in as somebody else, or out.</summary>
    /// <param name="headers">The fields of an upstream's answer.</param>
    public static void RemoveSet(IHeaderDictionary headers)
    {
        if (headers.SetCookie is { Count: > 0 } set && Holds(set))
        {
            headers.SetCookie = new StringValues([.. set.Where(c => !IsOurs(c!.TrimStart()))]);
        }
    }

    private static bool IsOurs(string cookie) => cookie.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || cookie.StartsWith(SecurePrefix, StringComparison.OrdinalIgnoreCase);
}
