using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Benchmarks;

/// <summary>A tier of two limits, as the bench of the whole gateway uses.</summary>
internal static class SampleTier
{
    /// <summary>Compiles it.</summary>
    /// <param name="limit">Units of each limit.</param>
    public static CompiledTier Of(long limit) => new(
        new RateLimitTierId(new Guid("0192f0c1-0000-7000-8000-000000000004")),
        "bench",
        isDefault: false,
        [
            new LimitDocument("minute", limit, 60, "sliding-window", "key", 1, "enforce"),
            new LimitDocument("burst", limit, 1, "token-bucket", "key", 1, "enforce"),
        ]);
}
