using DataHub.Application.Routing.Routes;
using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Gateway.Api.Routing.Routes;

/// <summary>A route as POST and PUT take it.</summary>
/// <param name="Name">Unique in the API, 1 to 100 characters.</param>
/// <param name="UpstreamId">Where its requests go, <c>ups_…</c>.</param>
/// <param name="ApiId">Its API, <c>api_…</c>; needed where the path does not name it, and never changed.</param>
/// <param name="Path">Template below the API's base path, such as <c>/orders/{id}</c>. Default <c>/{**rest}</c>.</param>
/// <param name="Enabled">Default true.</param>
/// <param name="Order">−10000 to 10000, lower is tried first. Default 0.</param>
/// <param name="Hosts">Host names, exact or <c>*.example.com</c>. Default every host.</param>
/// <param name="Methods">Default every method.</param>
/// <param name="Headers">Conditions on headers. Default none.</param>
/// <param name="Query">Conditions on query parameters. Default none.</param>
/// <param name="Auth">Default an API key.</param>
/// <param name="RequiredScopes">Scopes such as <c>orders:read</c>. Default none.</param>
/// <param name="ScopeMatch">Default <c>all</c>.</param>
/// <param name="TierId">Rate-limit tier that wins over the key's, <c>tier_…</c>. Default the key's.</param>
/// <param name="StripPrefix">Prefix taken off the path. Default the API's base path; empty for nothing.</param>
/// <param name="PathRewrite">Template of the path that the upstream sees; excludes <paramref name="StripPrefix"/>. Default none.</param>
/// <param name="TimeoutSeconds">Seconds for the whole exchange, 0.01 to 86400. Default none.</param>
/// <param name="Metadata">Free notes. Default none.</param>
internal sealed record RouteBody(
    string Name,
    string UpstreamId,
    string? ApiId = null,
    string Path = "/{**rest}",
    bool Enabled = true,
    int Order = 0,
    IReadOnlyList<string>? Hosts = null,
    IReadOnlyList<string>? Methods = null,
    IReadOnlyList<ValueMatch>? Headers = null,
    IReadOnlyList<ValueMatch>? Query = null,
    RouteAuth? Auth = null,
    IReadOnlyList<string>? RequiredScopes = null,
    ScopeMatch ScopeMatch = ScopeMatch.All,
    string? TierId = null,
    string? StripPrefix = null,
    string? PathRewrite = null,
    double? TimeoutSeconds = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>The state as PUT would write it.</summary>
    /// <param name="route">A route as it is shown.</param>
    public static RouteBody Of(RouteView route) => new(
        route.Name, route.UpstreamId, route.ApiId, route.Path, route.Enabled, route.Order, route.Hosts, route.Methods, route.Headers, route.Query, route.Auth,
        route.RequiredScopes, route.ScopeMatch, route.TierId, route.StripPrefix, route.PathRewrite, route.TimeoutSeconds, route.Metadata);

    /// <summary>What the use cases take.</summary>
    /// <exception cref="DomainException">With every mistake, when an id is not one.</exception>
    public RouteDefinition ToDefinition()
    {
        var faults = new List<DomainFault>();
        var definition = new RouteDefinition(
            Name, Read<UpstreamId>(UpstreamId, "/upstreamId", faults), Path, Enabled, Order, Hosts, Methods, Headers, Query, Auth, RequiredScopes, ScopeMatch,
            TierId is null ? null : Read<RateLimitTierId>(TierId, "/tierId", faults), StripPrefix, PathRewrite, TimeoutSeconds, Metadata);
        if (faults.Count > 0)
        {
            faults.AddRange(definition.Check());
        }

        RoutingErrors.ThrowIfAny(faults);
        return definition;
    }

    /// <summary>Refuses a body that names another API than the one it is meant for.</summary>
    /// <param name="expected">The API of the path or of the stored route.</param>
    public void EnsureApi(ApiId expected)
    {
        if (ApiId is not null && (!EntityId.TryParse<ApiId>(ApiId, out var given) || given != expected))
        {
            throw new DomainException(RoutingErrors.Invalid, $"The route belongs to API {expected} and stays there; leave apiId out or give that one.", "/apiId");
        }
    }

    private static TId Read<TId>(string text, string pointer, List<DomainFault> faults) where TId : struct, IEntityId<TId>
    {
        if (!EntityId.TryParse<TId>(text, out var id))
        {
            faults.Add(new DomainFault(pointer, "invalid_id", $"An id such as {TId.Prefix}_… is needed."));
        }

        return id;
    }
}
