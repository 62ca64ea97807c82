namespace DataHub.Gateway.Api.Proxy;

/// <summary>The paths that the gateway serves itself, on any host that no route claims.</summary>
internal static class OwnSurfaces
{
    /// <summary>The first segments.</summary>
    public static readonly string[] Names = ["api", "health", "metrics", "openapi", "docs", "console", "alive"];

    private static readonly PathString[] Prefixes = [.. Names.Select(n => new PathString("/" + n))];

    /// <summary>Whether a path belongs to the gateway.</summary>
    /// <param name="path">The request path.</param>
    public static bool Contains(PathString path)
    {
        foreach (var prefix in Prefixes)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
