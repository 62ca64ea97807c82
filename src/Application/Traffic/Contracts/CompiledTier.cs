using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.Contracts;

/// <summary>A tier compiled for the request path.</summary>
public sealed class CompiledTier
{
    /// <summary>A tier without limits.</summary>
    public static readonly CompiledTier Unlimited = new(default, "unlimited", false, []);

    /// <summary>Compiles a tier.</summary>
    /// <param name="id">The tier id.</param>
    /// <param name="name">The tier's name.</param>
    /// <param name="isDefault">True for the tier of keys that name none.</param>
    /// <param name="limits">At most <see cref="RateLimitEvaluation.MaxLimits"/>.</param>
    public CompiledTier(RateLimitTierId id, string name, bool isDefault, IReadOnlyList<LimitDocument> limits) =>
        (Id, Name, IsDefault, Limits) = (id, name, isDefault, limits);

    /// <summary>The tier id.</summary>
    public RateLimitTierId Id { get; }

    /// <summary>The tier's name.</summary>
    public string Name { get; }

    /// <summary>True for the tier of keys that name none.</summary>
    public bool IsDefault { get; }

    /// <summary>The limits, in the order they are shown.</summary>
    public IReadOnlyList<LimitDocument> Limits { get; }
}
