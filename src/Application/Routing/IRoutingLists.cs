using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Apis;
using DataHub.Application.Routing.Routes;
using DataHub.Application.Routing.Upstreams;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Upstreams;

namespace DataHub.Application.Routing;

/// <summary>Reads pages of the configuration, by keyset.</summary>
public interface IRoutingLists
{
    /// <summary>Fields that the lists can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "name"];

    /// <summary>A page of upstreams.</summary>
    /// <param name="page">Which part.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<UpstreamView>> ListUpstreamsAsync(ListRequest page, CancellationToken cancellationToken);

    /// <summary>A page of APIs.</summary>
    /// <param name="page">Which part.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<ApiView>> ListApisAsync(ListRequest page, CancellationToken cancellationToken);

    /// <summary>A page of routes.</summary>
    /// <param name="page">Which part.</param>
    /// <param name="apiId">Only those of this API; null for all.</param>
    /// <param name="upstreamId">Only those to this upstream; null for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<RouteView>> ListRoutesAsync(ListRequest page, ApiId? apiId, UpstreamId? upstreamId, CancellationToken cancellationToken);
}
