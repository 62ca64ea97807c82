namespace DataHub.Domain.Traffic.RateLimits;

/// <summary>How a limit counts.</summary>
public enum RateLimitAlgorithm : byte
{
    /// <summary>Two weighted cells: never above the limit in a window aligned to the epoch.</summary>
    SlidingWindow = 0,

    /// <summary>A burst that refills at a steady rate: never above burst + rate × t in any interval of length t.</summary>
    TokenBucket = 1,

    /// <summary>One entry per unit: never above the limit in any interval of the window's length.</summary>
    SlidingLog = 2,
}

/// <summary>What a limit counts by.</summary>
public enum RateLimitSubject : byte
{
    /// <summary>The API key; callers without one are counted by address.</summary>
    Key = 0,

    /// <summary>The client address: an IPv4 address, or the /64 of an IPv6 one.</summary>
    Ip = 1,

    /// <summary>The API key together with the route; callers without a key are counted by address and route.</summary>
    Endpoint = 2,

    /// <summary>The consumer; callers without one are counted by address.</summary>
    Consumer = 3,

    /// <summary>The tenant: all callers of an organisation together; callers without one are counted by address.</summary>
    Tenant = 4,
}

/// <summary>What a limit does when it is exceeded.</summary>
public enum RateLimitMode : byte
{
    /// <summary>Refuses.</summary>
    Enforce = 0,

    /// <summary>Counts and reports, never refuses.</summary>
    Shadow = 1,
}

/// <summary>The printed words of the vocabulary, as in the admin API and in stored documents.</summary>
public static class RateLimitWords
{
    /// <summary>The word of an algorithm.</summary>
    /// <param name="value">The algorithm.</param>
    /// <returns><c>sliding-window</c>, <c>token-bucket</c> or <c>sliding-log</c>.</returns>
    public static string Of(RateLimitAlgorithm value) => value switch
    {
        RateLimitAlgorithm.SlidingWindow => "sliding-window",
        RateLimitAlgorithm.TokenBucket => "token-bucket",
        RateLimitAlgorithm.SlidingLog => "sliding-log",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>The word of a subject.</summary>
    /// <param name="value">The subject.</param>
    /// <returns><c>key</c>, <c>ip</c>, <c>endpoint</c>, <c>consumer</c> or <c>tenant</c>.</returns>
    public static string Of(RateLimitSubject value) => value switch
    {
        RateLimitSubject.Key => "key",
        RateLimitSubject.Ip => "ip",
        RateLimitSubject.Endpoint => "endpoint",
        RateLimitSubject.Consumer => "consumer",
        RateLimitSubject.Tenant => "tenant",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>The word of a mode.</summary>
    /// <param name="value">The mode.</param>
    /// <returns><c>enforce</c> or <c>shadow</c>.</returns>
    public static string Of(RateLimitMode value) => value switch
    {
        RateLimitMode.Enforce => "enforce",
        RateLimitMode.Shadow => "shadow",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>The value behind a word.</summary>
    /// <typeparam name="TEnum">One of the three enumerations.</typeparam>
    /// <param name="word">The printed word.</param>
    /// <param name="print">The matching overload of <c>Of</c>.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FormatException">The word is not one of the enumeration's.</exception>
    public static TEnum Parse<TEnum>(string word, Func<TEnum, string> print) where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (print(value) == word)
            {
                return value;
            }
        }

        throw new FormatException($"'{word}' is not a {typeof(TEnum).Name}.");
    }
}
