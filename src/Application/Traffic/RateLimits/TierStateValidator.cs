using DataHub.Domain.Traffic.RateLimits;
using FluentValidation;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>What creating and replacing a tier have in common.</summary>
public interface ITierState
{
    /// <summary>The unique name.</summary>
    string Name { get; }

    /// <summary>The limits, in the order they are shown.</summary>
    IReadOnlyList<RateLimit> Limits { get; }
}

/// <summary>Checks the aggregate's bounds beforehand, so that the caller learns of every bad field in one answer.</summary>
internal sealed class TierStateValidator : AbstractValidator<ITierState>
{
    public TierStateValidator()
    {
        RuleFor(c => c.Name).Must(RateLimitTier.IsName)
            .WithMessage($"A tier's name is 1 to {RateLimitTier.MaxNameLength} characters without control characters or space at the ends.");
        RuleFor(c => c.Limits).NotNull();
        RuleFor(c => c.Limits).Must(l => l.Count <= RateLimitTier.MaxLimits).When(c => c.Limits is not null)
            .WithMessage($"A tier has at most {RateLimitTier.MaxLimits} limits.");
        RuleFor(c => c.Limits).Must(l => l.DistinctBy(x => x?.Name).Count() == l.Count).When(c => c.Limits is not null)
            .WithMessage("Two limits of a tier cannot have the same name.");
        RuleForEach(c => c.Limits).NotNull().SetValidator(new LimitValidator());
    }

    private sealed class LimitValidator : AbstractValidator<RateLimit>
    {
        public LimitValidator()
        {
            RuleFor(l => l.Name).Must(RateLimit.IsName)
                .WithMessage($"A limit's name is 1 to {RateLimit.MaxNameLength} of a-z, 0-9, '-' and '_'.");
            RuleFor(l => l.Limit).Must((limit, value) => value >= 1 && value <= RateLimit.MaxLimitOf(limit.Algorithm))
                .WithMessage(l => $"The limit must be from 1 to {RateLimit.MaxLimitOf(l.Algorithm)} for {RateLimitWords.Of(l.Algorithm)}.");
            RuleFor(l => l.WindowSeconds).InclusiveBetween(1, RateLimit.MaxWindowSeconds);
            RuleFor(l => l.Cost).Must((limit, cost) => cost >= 1 && cost <= Math.Max(1, limit.Limit))
                .WithMessage("The cost must be from 1 to the limit, or no request would ever pass.");
        }
    }
}
