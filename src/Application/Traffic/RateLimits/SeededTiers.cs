using DataHub.Domain.Traffic.RateLimits;
using Algorithm = DataHub.Domain.Traffic.RateLimits.RateLimitAlgorithm;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>The tiers that a new installation starts with; administrators may change or delete them.</summary>
public static class SeededTiers
{
    private const int Minute = 60;
    private const int Hour = 3_600;
    private const int Day = 86_400;

    /// <summary>Name, default mark and limits of each.</summary>
    public static IReadOnlyList<(string Name, bool IsDefault, IReadOnlyList<RateLimit> Limits)> All { get; } =
    [
        // The log makes the burst exact: the 11th request within any second is refused.
        ("free", true, [new("burst", 10, 1, Algorithm.SlidingLog), new("minute", 60, Minute), new("hour", 1_000, Hour), new("day", 10_000, Day)]),
        ("standard", false, [new("burst", 20, 1, Algorithm.TokenBucket), new("minute", 600, Minute), new("hour", 20_000, Hour), new("day", 200_000, Day)]),
        ("partner", false, [new("burst", 100, 1, Algorithm.TokenBucket), new("minute", 3_000, Minute), new("hour", 120_000, Hour), new("day", 2_000_000, Day)]),
        ("internal", false, [new("burst", 500, 1, Algorithm.TokenBucket), new("minute", 20_000, Minute), new("hour", 1_000_000, Hour), new("day", 20_000_000, Day)]),
        ("unlimited", false, []),
    ];
}
