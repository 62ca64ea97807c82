using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Traffic.RateLimits;

/// <summary>A named set of limits that keys, consumers and routes refer to. All limits of a request are one decision.</summary>
public sealed class RateLimitTier : AggregateRoot<RateLimitTierId>, ITenantShared
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Most limits of a tier.</summary>
    public const int MaxLimits = 8;

    private RateLimitTier(RateLimitTierId id, string name, bool isDefault, IReadOnlyList<RateLimit> limits, DateTimeOffset now)
        : base(id, now) => (Name, IsDefault, Limits, Shared) = (name, isDefault, limits, isDefault);

    private RateLimitTier()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Unique, 1 to 64 characters.</summary>
    public string Name { get; private set; } = "";

    /// <summary>True for the tier of keys that name none; exactly one tier has it, and all tenants share it.</summary>
    public bool IsDefault { get; private set; }

    /// <inheritdoc/>
    public bool Shared { get; private set; }

    /// <summary>At most eight limits with different names; none means unlimited.</summary>
    public IReadOnlyList<RateLimit> Limits { get; private set; } = [];

    /// <summary>Whether a text can name a tier.</summary>
    /// <param name="name">The text.</param>
    /// <returns>True for 1 to 64 characters without control characters and without space at the ends.</returns>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && name.Trim().Length == name.Length && !name.Any(char.IsControl);

    /// <summary>Makes a tier.</summary>
    /// <param name="id">The new id.</param>
    /// <param name="name">The unique name.</param>
    /// <param name="isDefault">True for the tier of keys that name none.</param>
    /// <param name="limits">The limits, in the order they are shown.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <returns>The tier.</returns>
    /// <exception cref="DomainException"><see cref="RateLimitErrors.InvalidName"/> or <see cref="RateLimitErrors.InvalidLimit"/>.</exception>
    public static RateLimitTier Create(RateLimitTierId id, string name, bool isDefault, IReadOnlyList<RateLimit> limits, DateTimeOffset now)
    {
        EnsureValid(name, limits);
        return new RateLimitTier(id, name, isDefault, [.. limits], now);
    }

    /// <summary>Replaces the whole state. Counters of limits that keep name, algorithm and window go on.</summary>
    /// <param name="name">The unique name.</param>
    /// <param name="isDefault">True for the tier of keys that name none.</param>
    /// <param name="limits">The limits, in the order they are shown.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException">
    /// <see cref="RateLimitErrors.InvalidName"/>, <see cref="RateLimitErrors.InvalidLimit"/>, or
    /// <see cref="RateLimitErrors.DefaultNeeded"/> when the default would be given up; nothing was changed.
    /// </exception>
    public void Replace(string name, bool isDefault, IReadOnlyList<RateLimit> limits, DateTimeOffset now)
    {
        EnsureValid(name, limits);
        if (IsDefault && !isDefault)
        {
            throw new DomainException(RateLimitErrors.DefaultNeeded, "Make another tier the default instead; this one gives the mark up then.", "/isDefault");
        }

        (Name, IsDefault, Limits, Shared) = (name, isDefault, [.. limits], Shared || isDefault);
        Touch(now);
    }

    /// <summary>Lets every tenant refer to it. There is no way back: others may rely on it.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void Share(DateTimeOffset now)
    {
        Shared = true;
        Touch(now);
    }

    /// <summary>Gives the default mark up to another tier, which takes it in the same transaction.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void GiveUpDefault(DateTimeOffset now)
    {
        IsDefault = false;
        Touch(now);
    }

    private static void EnsureValid(string name, IReadOnlyList<RateLimit> limits)
    {
        if (!IsName(name))
        {
            throw new DomainException(RateLimitErrors.InvalidName, $"A tier's name is 1 to {MaxNameLength} characters without control characters or space at the ends.", "/name");
        }

        if (limits.Count > MaxLimits)
        {
            throw new DomainException(RateLimitErrors.InvalidLimit, $"A tier has at most {MaxLimits} limits.", "/limits");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < limits.Count; i++)
        {
            limits[i].EnsureValid($"/limits/{i}");
            if (!names.Add(limits[i].Name))
            {
                throw new DomainException(RateLimitErrors.InvalidLimit, $"The name '{limits[i].Name}' is used twice in this tier.", $"/limits/{i}/name");
            }
        }
    }
}
