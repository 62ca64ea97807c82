using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Upstreams;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Lists routes, sorted by <c>createdAt</c> or <c>name</c>.</summary>
/// <param name="Page">Which part of the list.</param>
/// <param name="ApiId">Only those of this API; null for all.</param>
/// <param name="UpstreamId">Only those to this upstream; null for all.</param>
public sealed record ListRoutes(ListRequest Page, ApiId? ApiId, UpstreamId? UpstreamId) : IQuery<Page<RouteView>>;

internal sealed class ListRoutesHandler(IRoutingLists lists) : IRequestHandler<ListRoutes, Page<RouteView>>
{
    public Task<Page<RouteView>> Handle(ListRoutes request, CancellationToken cancellationToken) =>
        lists.ListRoutesAsync(request.Page, request.ApiId, request.UpstreamId, cancellationToken);
}
