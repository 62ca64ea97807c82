using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.TestKit.Builders;

/// <summary>A limit that is valid by default: 10 a minute by key, sliding-window.</summary>
public sealed record LimitBuilder
{
    public string Name { get; init; } = "minute";

    public long Limit { get; init; } = 10;

    public int WindowSeconds { get; init; } = 60;

    public RateLimitAlgorithm Algorithm { get; init; } = RateLimitAlgorithm.SlidingWindow;

    public RateLimitSubject By { get; init; } = RateLimitSubject.Key;

    public int Cost { get; init; } = 1;

    public bool Shadow { get; init; }

    public LimitDocument Document => new(
        Name, Limit, WindowSeconds, RateLimitWords.Of(Algorithm), RateLimitWords.Of(By), Cost, Shadow ? "shadow" : "enforce");

    /// <summary>A tier of these limits under a new id.</summary>
    public static CompiledTier Tier(params LimitBuilder[] limits) => Tier(new RateLimitTierId(Guid.CreateVersion7()), limits);

    public static CompiledTier Tier(RateLimitTierId id, params LimitBuilder[] limits) =>
        new(id, "test", false, [.. limits.Select(l => l.Document)]);

    /// <summary>A request of a new key, consumer and tenant under a tier.</summary>
    public static RateLimitEvaluation Request(CompiledTier tier) => new()
    {
        Tier = tier,
        KeyId = Guid.CreateVersion7(),
        ConsumerId = Guid.CreateVersion7(),
        TenantId = Guid.CreateVersion7(),
        RouteId = Guid.CreateVersion7(),
        ClientAddress = 0x0A000001,
    };

    /// <summary>Another request of the same caller.</summary>
    public static RateLimitEvaluation Again(RateLimitEvaluation request) => new()
    {
        Tier = request.Tier,
        KeyId = request.KeyId,
        ConsumerId = request.ConsumerId,
        TenantId = request.TenantId,
        RouteId = request.RouteId,
        ClientAddress = request.ClientAddress,
    };
}
