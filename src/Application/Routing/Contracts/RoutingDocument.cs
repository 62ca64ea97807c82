using DataHub.Application.Access.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Contracts;

/// <summary>The whole configuration as data: what the snapshot is compiled from and what is kept on disk.</summary>
/// <param name="Epoch">The configuration epoch it was read at.</param>
/// <param name="Apis">All APIs, by id.</param>
/// <param name="Routes">All routes, by id.</param>
/// <param name="Upstreams">All upstreams, by id.</param>
/// <param name="Tiers">All rate-limit tiers, by name.</param>
public sealed record RoutingDocument(
    long Epoch,
    IReadOnlyList<ApiDocument> Apis,
    IReadOnlyList<RouteDocument> Routes,
    IReadOnlyList<UpstreamDocument> Upstreams,
    IReadOnlyList<TierDocument> Tiers)
{
    /// <summary>Nothing configured.</summary>
    public static readonly RoutingDocument Empty = new(0, [], [], [], []);

    /// <summary>All issuers of tokens, by id.</summary>
    public IReadOnlyList<IssuerDocument> Issuers { get; init; } = [];

    /// <summary>All tenants, by name.</summary>
    public IReadOnlyList<TenantDocument> Tenants { get; init; } = [];
}

/// <summary>An API.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Definition">Its state.</param>
public sealed record ApiDocument(ApiId Id, ApiDefinition Definition)
{
    /// <summary>The tenant that it belongs to.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;
}

/// <summary>A route.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ApiId">Its API.</param>
/// <param name="Definition">Its state.</param>
public sealed record RouteDocument(RouteId Id, ApiId ApiId, RouteDefinition Definition)
{
    /// <summary>The tenant that it belongs to.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;
}

/// <summary>An upstream.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Definition">Its state.</param>
public sealed record UpstreamDocument(UpstreamId Id, UpstreamDefinition Definition)
{
    /// <summary>The tenant that it belongs to.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;
}
