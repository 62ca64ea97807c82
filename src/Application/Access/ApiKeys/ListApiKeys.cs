using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>A page of keys.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListApiKeys(ApiKeyFilter Filter, ListRequest List) : IQuery<Page<ApiKeyDocument>>;

internal sealed class ListApiKeysHandler(IApiKeyList keys, TimeProvider clock) : IRequestHandler<ListApiKeys, Page<ApiKeyDocument>>
{
    public Task<Page<ApiKeyDocument>> Handle(ListApiKeys request, CancellationToken cancellationToken) =>
        keys.ListAsync(request.Filter, request.List, clock.GetUtcNow(), cancellationToken);
}
