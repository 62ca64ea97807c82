using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>The cookies of people's sessions, which must not reach an upstream. Browsers send them to the admin API only.</summary>
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
        .Where(c => !c.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !c.StartsWith(SecurePrefix, StringComparison.OrdinalIgnoreCase)));
}
