using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.Contracts;

/// <summary>A tier compiled for the request path.</summary>
public sealed class CompiledTier
{
    /// <summary>A tier without limits.</summary>
    public static readonly CompiledTier Unlimited = new(default, "unlimited", false, []);

    private readonly CompiledLimit[] _compiled;

    /// <summary>Compiles a tier.</summary>
    /// <param name="id">The tier id.</param>
    /// <param name="name">The tier's name.</param>
    /// <param name="isDefault">True for the tier of keys that name none.</param>
    /// <param name="limits">At most <see cref="RateLimitEvaluation.MaxLimits"/>.</param>
    /// <exception cref="FormatException">There are more limits, two share a name, or one is not valid.</exception>
    public CompiledTier(RateLimitTierId id, string name, bool isDefault, IReadOnlyList<LimitDocument> limits)
    {
        (Id, Name, IsDefault, Limits) = (id, name, isDefault, limits);
        if (limits.Count > RateLimitEvaluation.MaxLimits || limits.Select(l => l.Name).Distinct(StringComparer.Ordinal).Count() != limits.Count)
        {
            throw new FormatException($"The tier '{name}' has more than {RateLimitEvaluation.MaxLimits} limits, or two of one name.");
        }

        _compiled = [.. limits.Select(l => new CompiledLimit(id, name, l))];
        PolicyHeader = RateLimitPolicyText.Of(_compiled);
        HasSlidingLog = Array.Exists(_compiled, l => l.Algorithm == RateLimitAlgorithm.SlidingLog);
        UsesAddress = Array.Exists(_compiled, l => l.By == RateLimitSubject.Ip);
        UsesEndpoint = Array.Exists(_compiled, l => l.By == RateLimitSubject.Endpoint);
        UsesKey = UsesEndpoint || Array.Exists(_compiled, l => l.By == RateLimitSubject.Key);
        UsesConsumer = Array.Exists(_compiled, l => l.By == RateLimitSubject.Consumer);
        UsesTenant = Array.Exists(_compiled, l => l.By == RateLimitSubject.Tenant);
        CountsSeveralSubjects = _compiled.DistinctBy(SubjectOf).Skip(1).Any();
        Fingerprint = FingerprintOf(id, limits);
    }

    /// <summary>The tier id.</summary>
    public RateLimitTierId Id { get; }

    /// <summary>The tier's name.</summary>
    public string Name { get; }

    /// <summary>True for the tier of keys that name none.</summary>
    public bool IsDefault { get; }

    /// <summary>The limits, in the order they are shown.</summary>
    public IReadOnlyList<LimitDocument> Limits { get; }

    /// <summary>The parsed limits, in the same order.</summary>
    public ReadOnlySpan<CompiledLimit> Compiled => _compiled;

    /// <summary>The value of RateLimit-Policy; null when no limit is shown.</summary>
    public string? PolicyHeader { get; }

    /// <summary>True when a limit keeps one entry for each unit; such a tier is decided exactly, never by lease.</summary>
    public bool HasSlidingLog { get; }

    /// <summary>True when a limit counts by address.</summary>
    public bool UsesAddress { get; }

    /// <summary>True when a limit counts by key and route.</summary>
    public bool UsesEndpoint { get; }

    /// <summary>True when a limit counts by key, alone or with the route.</summary>
    public bool UsesKey { get; }

    /// <summary>True when a limit counts by consumer.</summary>
    public bool UsesConsumer { get; }

    /// <summary>True when a limit counts by tenant.</summary>
    public bool UsesTenant { get; }

    /// <summary>True when the counters of one request belong to more than one subject; a key and its endpoints are one.</summary>
    public bool CountsSeveralSubjects { get; }

    /// <summary>Equal for two compilations of the same state, different after any change of the limits.</summary>
    public UInt128 Fingerprint { get; }

    /// <summary>Compiles a stored tier.</summary>
    /// <param name="document">The stored form.</param>
    /// <returns>The compiled tier.</returns>
    /// <exception cref="FormatException">The document is not valid.</exception>
    public static CompiledTier Compile(TierDocument document) =>
        Domain.SharedKernel.EntityId.TryParse<RateLimitTierId>(document.Id, out var id)
            ? new CompiledTier(id, document.Name, document.IsDefault, document.Limits)
            : throw new FormatException($"'{document.Id}' is not the id of a tier.");

    private static RateLimitSubject SubjectOf(CompiledLimit limit) => limit.By == RateLimitSubject.Endpoint ? RateLimitSubject.Key : limit.By;

    private static UInt128 FingerprintOf(RateLimitTierId id, IReadOnlyList<LimitDocument> limits) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{id}\n{string.Join('\n', limits)}")));
}
