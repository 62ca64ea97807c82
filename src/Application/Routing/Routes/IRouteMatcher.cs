namespace DataHub.Application.Routing.Routes;

/// <summary>A request as far as matching looks at it.</summary>
/// <param name="Method">Such as GET.</param>
/// <param name="Host">Host name without port; empty for none.</param>
/// <param name="Path">The decoded path.</param>
/// <param name="Headers">Header values by name, whatever the case.</param>
/// <param name="Query">Query values by name, whatever the case.</param>
public sealed record RouteProbe(
    string Method,
    string Host,
    string Path,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Headers,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Query);

/// <summary>Who takes a request.</summary>
public enum MatchVerdict
{
    /// <summary>A route.</summary>
    Route,

    /// <summary>The gateway itself, such as the admin API.</summary>
    Gateway,

    /// <summary>Nobody: the path is known, but not with this method (405).</summary>
    MethodNotAllowed,

    /// <summary>Nobody (404).</summary>
    None,
}

/// <summary>The answer of the matcher.</summary>
/// <param name="Verdict">Who takes the request.</param>
/// <param name="RouteId">The printed id of the route; null unless a route does.</param>
public readonly record struct MatchAnswer(MatchVerdict Verdict, string? RouteId);

/// <summary>Asks the matcher that real requests go through.</summary>
public interface IRouteMatcher
{
    /// <summary>Matches a request without sending it anywhere.</summary>
    /// <param name="probe">The request.</param>
    /// <returns>Who would take it on this node, now.</returns>
    Task<MatchAnswer> MatchAsync(RouteProbe probe);
}
