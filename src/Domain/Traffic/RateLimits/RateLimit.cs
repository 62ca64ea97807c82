using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Traffic.RateLimits;

/// <summary>One named limit of a tier.</summary>
/// <param name="Name">1 to 32 of <c>a-z 0-9 - _</c>, unique in its tier; shown in the rate-limit headers.</param>
/// <param name="Limit">Cost units per window, 1 to 10⁹ (1,000 for sliding-log); for token-bucket the burst.</param>
/// <param name="WindowSeconds">1 to 2,678,400 (31 days); for token-bucket the time in which the whole burst refills.</param>
/// <param name="Algorithm">How it counts.</param>
/// <param name="By">What it counts by.</param>
/// <param name="Cost">Units that one request takes, 1 to <paramref name="Limit"/>.</param>
/// <param name="Mode">Whether it refuses.</param>
public sealed record RateLimit(
    string Name,
    long Limit,
    int WindowSeconds,
    RateLimitAlgorithm Algorithm = RateLimitAlgorithm.SlidingWindow,
    RateLimitSubject By = RateLimitSubject.Key,
    int Cost = 1,
    RateLimitMode Mode = RateLimitMode.Enforce)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 32;

    /// <summary>Most units of a window.</summary>
    public const long MaxLimit = 1_000_000_000;

    /// <summary>Most units of a sliding-log, which keeps one entry for each.</summary>
    public const long MaxLogLimit = 1_000;

    /// <summary>Longest window: 31 days, in seconds.</summary>
    public const int MaxWindowSeconds = 2_678_400;

    /// <summary>Whether a text can name a limit.</summary>
    /// <param name="name">The text.</param>
    /// <returns>True for 1 to 32 of <c>a-z 0-9 - _</c>.</returns>
    public static bool IsName(string? name)
    {
        if (name is not { Length: > 0 and <= MaxNameLength })
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The most units that an algorithm can count.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <returns><see cref="MaxLogLimit"/> or <see cref="MaxLimit"/>.</returns>
    public static long MaxLimitOf(RateLimitAlgorithm algorithm) =>
        algorithm == RateLimitAlgorithm.SlidingLog ? MaxLogLimit : MaxLimit;

    /// <summary>Refuses a limit that makes no sense.</summary>
    /// <param name="pointer">RFC 6901 pointer of this limit in the request body.</param>
    /// <exception cref="DomainException"><see cref="RateLimitErrors.InvalidLimit"/> with the field to blame.</exception>
    internal void EnsureValid(string pointer)
    {
        if (!IsName(Name))
        {
            throw Refuse("name", $"A limit's name is 1 to {MaxNameLength} of a-z, 0-9, '-' and '_'.");
        }

        if (Limit < 1 || Limit > MaxLimitOf(Algorithm))
        {
            throw Refuse("limit", $"The limit must be from 1 to {MaxLimitOf(Algorithm)} for {RateLimitWords.Of(Algorithm)}.");
        }

        if (WindowSeconds is < 1 or > MaxWindowSeconds)
        {
            throw Refuse("windowSeconds", $"The window must be from 1 to {MaxWindowSeconds} seconds.");
        }

        if (Cost < 1 || Cost > Limit)
        {
            throw Refuse("cost", "The cost must be from 1 to the limit, or no request would ever pass.");
        }

        DomainException Refuse(string field, string detail) => new(RateLimitErrors.InvalidLimit, detail, $"{pointer}/{field}");
    }
}
