using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Routing.Routes;

/// <summary>Which requests go where, and what their callers need.</summary>
public sealed class ApiRoute : AggregateRoot<RouteId>, ITenantOwned
{
    private ApiRoute(RouteId id, ApiId apiId, DateTimeOffset now) : base(id, now) => ApiId = apiId;

    private ApiRoute()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The API that it belongs to, for ever.</summary>
    public ApiId ApiId { get; private set; }

    /// <summary>Where its requests go.</summary>
    public UpstreamId UpstreamId { get; private set; }

    /// <summary>Unique in the API.</summary>
    public string Name { get; private set; } = "";

    /// <summary>False takes it out of service.</summary>
    public bool Enabled { get; private set; }

    /// <summary>Lower is tried first.</summary>
    public int Order { get; private set; }

    /// <summary>Hosts in lower case; empty for every host.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>Template below the API's base path.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Methods in upper case; empty for every one.</summary>
    public IReadOnlyList<string> Methods { get; private set; } = [];

    /// <summary>Conditions on headers.</summary>
    public IReadOnlyList<ValueMatch> Headers { get; private set; } = [];

    /// <summary>Conditions on query parameters.</summary>
    public IReadOnlyList<ValueMatch> Query { get; private set; } = [];

    /// <summary>How callers prove who they are.</summary>
    public RouteAuth Auth { get; private set; } = new();

    /// <summary>Scopes that callers need.</summary>
    public IReadOnlyList<string> RequiredScopes { get; private set; } = [];

    /// <summary>Whether all of them are needed.</summary>
    public ScopeMatch ScopeMatch { get; private set; }

    /// <summary>Tier that wins over the key's.</summary>
    public RateLimitTierId? TierId { get; private set; }

    /// <summary>Prefix taken off; null for the API's base path, empty for nothing.</summary>
    public string? StripPrefix { get; private set; }

    /// <summary>Template of the path that the upstream sees.</summary>
    public string? PathRewrite { get; private set; }

    /// <summary>Seconds for the whole exchange.</summary>
    public double? TimeoutSeconds { get; private set; }

    /// <summary>Free notes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = ResourceMetadata.None;

    /// <summary>Makes a route.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="apiId">Its API.</param>
    /// <param name="definition">What the administrator set.</param>
    /// <param name="now">UTC instant.</param>
    /// <returns>The route.</returns>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake.</exception>
    public static ApiRoute Create(RouteId id, ApiId apiId, RouteDefinition definition, DateTimeOffset now)
    {
        var route = new ApiRoute(id, apiId, now);
        route.Replace(definition, now);
        return route;
    }

    /// <summary>Replaces everything that can be set.</summary>
    /// <param name="definition">The new state.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="RoutingErrors.Invalid"/> with every mistake; nothing was changed.</exception>
    public void Replace(RouteDefinition definition, DateTimeOffset now)
    {
        RoutingErrors.ThrowIfAny(definition.Check());
        UpstreamId = definition.UpstreamId;
        Name = definition.Name;
        Enabled = definition.Enabled;
        Order = definition.Order;
        Hosts = [.. (definition.Hosts ?? []).Select(h => h.ToLowerInvariant()).Distinct()];
        Path = definition.Path;
        Methods = [.. (definition.Methods ?? []).Select(m => m.ToUpperInvariant())];
        Headers = [.. definition.Headers ?? []];
        Query = [.. definition.Query ?? []];
        Auth = definition.Auth ?? new RouteAuth();
        RequiredScopes = [.. (definition.RequiredScopes ?? []).Distinct()];
        ScopeMatch = definition.ScopeMatch;
        TierId = definition.TierId;
        StripPrefix = definition.StripPrefix;
        PathRewrite = definition.PathRewrite;
        TimeoutSeconds = definition.TimeoutSeconds;
        Metadata = definition.Metadata ?? ResourceMetadata.None;
        Touch(now);
    }

    /// <summary>The state as an administrator would set it.</summary>
    /// <returns>A definition that <see cref="Replace"/> takes.</returns>
    public RouteDefinition ToDefinition() => new(
        Name, UpstreamId, Path, Enabled, Order, Hosts, Methods, Headers, Query, Auth, RequiredScopes, ScopeMatch, TierId, StripPrefix, PathRewrite, TimeoutSeconds, Metadata);
}
