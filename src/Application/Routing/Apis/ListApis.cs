using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Routing.Apis;

/// <summary>Lists APIs, sorted by <c>createdAt</c> or <c>name</c>.</summary>
/// <param name="Page">Which part of the list.</param>
public sealed record ListApis(ListRequest Page) : IQuery<Page<ApiView>>;

internal sealed class ListApisHandler(IRoutingLists lists) : IRequestHandler<ListApis, Page<ApiView>>
{
    public Task<Page<ApiView>> Handle(ListApis request, CancellationToken cancellationToken) =>
        lists.ListApisAsync(request.Page, cancellationToken);
}
