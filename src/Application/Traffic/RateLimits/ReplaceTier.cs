using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>Replaces the whole state of a tier. Counters of limits that keep name, algorithm and window go on.</summary>
/// <param name="Id">The tier.</param>
/// <param name="Name">The unique name.</param>
/// <param name="IsDefault">True takes the mark from the tier that had it; false is refused for the one that has it.</param>
/// <param name="Limits">The limits, in the order they are shown.</param>
public sealed record ReplaceTier(RateLimitTierId Id, string Name, bool IsDefault, IReadOnlyList<RateLimit> Limits) : ICommand<TierView>, ITierState
{
    /// <summary>True: every tenant may refer to it; null leaves that as it is.</summary>
    public bool? Shared { get; init; }
}

internal sealed class ReplaceTierValidator : AbstractValidator<ReplaceTier>
{
    public ReplaceTierValidator() => Include(new TierStateValidator());
}

internal sealed class ReplaceTierHandler(IRateLimitTierRepository tiers, TimeProvider clock, WriteContext write, IChangePublisher changes)
    : IRequestHandler<ReplaceTier, TierView>
{
    public async Task<TierView> Handle(ReplaceTier request, CancellationToken cancellationToken)
    {
        var tier = await tiers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(RateLimitErrors.NotFound);
        write.EnsureOwns(tier);
        write.EnsureMatches(tier);
        if (await tiers.IsNameTakenAsync(request.Name, tier.Id, cancellationToken))
        {
            throw new DomainException(RateLimitErrors.NameTaken, $"A tier named '{request.Name}' exists already.", "/name");
        }

        if (tier.Shared && request.Shared == false)
        {
            throw new DomainException(RateLimitErrors.StaysShared, "Other tenants may rely on this tier; make another one instead.", "/shared");
        }

        write.EnsureMayShare(request.Shared ?? tier.Shared, request.IsDefault);
        var now = clock.GetUtcNow();
        if (request.IsDefault && !tier.IsDefault)
        {
            await tiers.TakeDefaultMarkAsync(now, cancellationToken);
        }

        if (request.Shared == true)
        {
            tier.Share(now);
        }

        tier.Replace(request.Name, request.IsDefault, request.Limits, now);
        changes.Publish(ChangeTopics.Configuration);
        return TierView.Of(tier) with { Version = tier.Version + 1 };
    }
}
