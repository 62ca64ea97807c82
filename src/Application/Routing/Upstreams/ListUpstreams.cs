using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Lists upstreams, sorted by <c>createdAt</c> or <c>name</c>.</summary>
/// <param name="Page">Which part of the list.</param>
public sealed record ListUpstreams(ListRequest Page) : IQuery<Page<UpstreamView>>;

internal sealed class ListUpstreamsHandler(IRoutingLists lists) : IRequestHandler<ListUpstreams, Page<UpstreamView>>
{
    public Task<Page<UpstreamView>> Handle(ListUpstreams request, CancellationToken cancellationToken) =>
        lists.ListUpstreamsAsync(request.Page, cancellationToken);
}
