using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Makes a tier. Marked as default, it takes the mark from the tier that had it.</summary>
/// <param name="Name">The unique name.</param>
/// <param name="IsDefault">True for the tier of keys that name none.</param>
/// <param name="Limits">The limits, in the order they are shown.</param>
public sealed record CreateTier(string Name, bool IsDefault, IReadOnlyList<RateLimit> Limits) : ICommand<TierView>, ITierState
{
    /// <summary>True: every tenant may refer to it; for the default tenant only.</summary>
    public bool Shared { get; init; }
}

internal sealed class CreateTierValidator : AbstractValidator<CreateTier>
{
    public CreateTierValidator() => Include(new TierStateValidator());
}

internal sealed class CreateTierHandler(IRateLimitTierRepository tiers, IIdSource ids, TimeProvider clock, IChangePublisher changes, WriteContext write)
    : IRequestHandler<CreateTier, TierView>
{
    public async Task<TierView> Handle(CreateTier request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var tier = RateLimitTier.Create(new RateLimitTierId(ids.NewId()), request.Name, request.IsDefault, request.Limits, now);
        if (await tiers.IsNameTakenAsync(request.Name, tier.Id, cancellationToken))
        {
            throw new DomainException(RateLimitErrors.NameTaken, $"A tier named '{request.Name}' exists already.", "/name");
        }

        write.EnsureMayShare(request.Shared, request.IsDefault);
        if (request.Shared)
        {
            tier.Share(now);
        }

        if (tier.IsDefault)
        {
            await tiers.TakeDefaultMarkAsync(now, cancellationToken);
        }

        tiers.Add(tier);
        changes.Publish(ChangeTopics.Configuration);
        return TierView.Of(tier);
    }
}
