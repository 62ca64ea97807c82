using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using MediatR;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Deletes a tier that nothing refers to and that is not the default.</summary>
/// <param name="Id">The tier.</param>
public sealed record DeleteTier(RateLimitTierId Id) : ICommand<Unit>;

internal sealed class DeleteTierHandler(
    IRateLimitTierRepository tiers, Access.Contracts.ITierUsage callers, Routing.Contracts.ITierUsage routes, WriteContext write, IChangePublisher changes)
    : IRequestHandler<DeleteTier, Unit>
{
    private const int MaxNamed = 5;

    public async Task<Unit> Handle(DeleteTier request, CancellationToken cancellationToken)
    {
        var tier = await tiers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(RateLimitErrors.NotFound);
        write.EnsureOwns(tier);
        write.EnsureMatches(tier);
        if (tier.IsDefault)
        {
            throw new DomainException(RateLimitErrors.InUse, "This is the default tier; make another one the default first.");
        }

        var byRoutes = await routes.WhoUsesAsync(tier.Id, cancellationToken);
        var byCallers = await callers.CountAsync(tier.Id, cancellationToken);
        if (byRoutes.Count > 0 || byCallers > 0)
        {
            var users = byRoutes.Take(MaxNamed).Append($"{byCallers} keys and consumers");
            throw new DomainException(RateLimitErrors.InUse, $"Used by {string.Join(", ", users)}; move them to another tier first.");
        }

        tiers.Remove(tier);
        changes.Publish(ChangeTopics.Configuration);
        return Unit.Value;
    }
}
