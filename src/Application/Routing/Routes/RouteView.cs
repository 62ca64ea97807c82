using DataHub.Domain.Routing.Routes;

namespace DataHub.Application.Routing.Routes;

/// <summary>A route as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ApiId">Its API.</param>
/// <param name="UpstreamId">Where its requests go.</param>
/// <param name="Name">Unique in the API.</param>
/// <param name="Enabled">False while out of service.</param>
/// <param name="Order">Lower is tried first.</param>
/// <param name="Hosts">Hosts; empty for every host.</param>
/// <param name="Path">Template below the API's base path.</param>
/// <param name="Methods">Methods; empty for every one.</param>
/// <param name="Headers">Conditions on headers.</param>
/// <param name="Query">Conditions on query parameters.</param>
/// <param name="Auth">How callers prove who they are.</param>
/// <param name="RequiredScopes">Scopes that callers need.</param>
/// <param name="ScopeMatch">Whether all of them are needed.</param>
/// <param name="TierId">Tier that wins over the key's; null for the key's.</param>
/// <param name="StripPrefix">Prefix taken off; null for the API's base path, empty for nothing.</param>
/// <param name="PathRewrite">Template of the path that the upstream sees; null for the request's.</param>
/// <param name="TimeoutSeconds">Seconds for the whole exchange; null for none.</param>
/// <param name="Metadata">Free notes.</param>
/// <param name="CreatedAt">UTC instant.</param>
/// <param name="UpdatedAt">UTC instant.</param>
/// <param name="Version">The entity tag without its quotes.</param>
public sealed record RouteView(
    string Id,
    string ApiId,
    string UpstreamId,
    string Name,
    bool Enabled,
    int Order,
    IReadOnlyList<string> Hosts,
    string Path,
    IReadOnlyList<string> Methods,
    IReadOnlyList<ValueMatch> Headers,
    IReadOnlyList<ValueMatch> Query,
    RouteAuth Auth,
    IReadOnlyList<string> RequiredScopes,
    ScopeMatch ScopeMatch,
    string? TierId,
    string? StripPrefix,
    string? PathRewrite,
    double? TimeoutSeconds,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Shows a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="changed">True when the change is not saved yet, which will raise the version.</param>
    /// <returns>What is shown.</returns>
    public static RouteView Of(ApiRoute route, bool changed = false) => new(
        route.Id.ToString(), route.ApiId.ToString(), route.UpstreamId.ToString(), route.Name, route.Enabled, route.Order, route.Hosts, route.Path,
        route.Methods, route.Headers, route.Query, route.Auth, route.RequiredScopes, route.ScopeMatch, route.TierId?.ToString(), route.StripPrefix,
        route.PathRewrite, route.TimeoutSeconds, route.Metadata, route.CreatedAt, route.UpdatedAt, route.Version + (changed ? 1 : 0));
}
