using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>The field names that a <c>Connection</c> header declares hop-by-hop (RFC 9110 §7.6.1).</summary>
internal static class ConnectionTokens
{
    /// <summary>The names to remove, or null when there is none beside keep-alive, close and upgrade: the common case.</summary>
    /// <param name="connection">All values of the header.</param>
    public static List<string>? Named(StringValues connection)
    {
        List<string>? named = null;
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var token = value.AsSpan()[range].Trim();
                if (token.IsEmpty || Is(token, "keep-alive") || Is(token, "close") || Is(token, "upgrade"))
                {
                    continue;
                }

                var name = token.ToString();
                if (HeaderRules.IsRemovedWhenNamed(name))
                {
                    (named ??= []).Add(name);
                }
            }
        }

        return named;
    }

    /// <summary>Whether a field was named.</summary>
    /// <param name="named">The result of <see cref="Named"/>.</param>
    /// <param name="header">The field name.</param>
    public static bool Contains(List<string>? named, string header) =>
        named is not null && named.Exists(n => HeaderNameComparer.Equals(n.AsSpan(), header));

    private static bool Is(ReadOnlySpan<char> token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);
}
