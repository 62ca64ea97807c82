using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Reads one page of the tiers.</summary>
/// <param name="Request">Sorted by <c>createdAt</c> or <c>name</c>.</param>
public sealed record ListTiers(ListRequest Request) : IQuery<Page<TierView>>;

internal sealed class ListTiersHandler(IRateLimitTierQueries queries) : IRequestHandler<ListTiers, Page<TierView>>
{
    public Task<Page<TierView>> Handle(ListTiers request, CancellationToken cancellationToken) => queries.ListAsync(request.Request, cancellationToken);
}
