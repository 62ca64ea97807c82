using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.Tokens;

/// <summary>A page of issuers.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListIssuers(IssuerFilter Filter, ListRequest List) : IQuery<Page<IssuerView>>;

internal sealed class ListIssuersHandler(ITokenIssuerList issuers) : IRequestHandler<ListIssuers, Page<IssuerView>>
{
    public Task<Page<IssuerView>> Handle(ListIssuers request, CancellationToken cancellationToken) =>
        issuers.ListAsync(request.Filter, request.List, cancellationToken);
}
