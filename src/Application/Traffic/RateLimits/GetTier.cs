using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using MediatR;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Reads one tier.</summary>
/// <param name="Id">The tier.</param>
public sealed record GetTier(RateLimitTierId Id) : IQuery<TierView>;

internal sealed class GetTierHandler(IRateLimitTierRepository tiers) : IRequestHandler<GetTier, TierView>
{
    public async Task<TierView> Handle(GetTier request, CancellationToken cancellationToken) =>
        TierView.Of(await tiers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(RateLimitErrors.NotFound));
}
