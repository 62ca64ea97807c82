using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Traffic.Contracts;

/// <summary>One limit of a tier, parsed once for the request path. Immutable but for <see cref="Tally"/>.</summary>
public sealed class CompiledLimit
{
    /// <summary>Parses a limit.</summary>
    /// <param name="tierId">The tier it belongs to.</param>
    /// <param name="tierName">The tier's name, for metrics.</param>
    /// <param name="document">The stored form.</param>
    /// <exception cref="FormatException">A word is not known or a number is out of range.</exception>
    public CompiledLimit(RateLimitTierId tierId, string tierName, LimitDocument document)
    {
        Document = document;
        Algorithm = RateLimitWords.Parse<RateLimitAlgorithm>(document.Algorithm, RateLimitWords.Of);
        By = RateLimitWords.Parse<RateLimitSubject>(document.By, RateLimitWords.Of);
        Shadow = RateLimitWords.Parse<RateLimitMode>(document.Mode, RateLimitWords.Of) == RateLimitMode.Shadow;
        if (document.Limit < 1 || document.Limit > RateLimit.MaxLimitOf(Algorithm) || document.Cost < 1 || document.Cost > document.Limit
            || document.WindowSeconds is < 1 or > RateLimit.MaxWindowSeconds)
        {
            throw new FormatException($"The limit '{document.Name}' of the tier '{tierName}' is out of range.");
        }

        Limit = document.Limit;
        Cost = document.Cost;
        WindowMicros = document.WindowSeconds * 1_000_000L;
        PolicyName = $"{tierName}/{document.Name}";
        Key = KeyOf(tierId, document);
        KeyText = Key.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        HeaderPrefix = RateLimitPolicyText.Quote(document.Name) + ";r=";
    }

    /// <summary>The stored form.</summary>
    public LimitDocument Document { get; }

    /// <summary>The name shown in headers.</summary>
    public string Name => Document.Name;

    /// <summary>Tier and limit, <c>free/minute</c>: the label of metrics.</summary>
    public string PolicyName { get; }

    /// <summary>How it counts.</summary>
    public RateLimitAlgorithm Algorithm { get; }

    /// <summary>What it counts by.</summary>
    public RateLimitSubject By { get; }

    /// <summary>True: counts and reports, never refuses.</summary>
    public bool Shadow { get; }

    /// <summary>Units per window; for token-bucket the burst.</summary>
    public long Limit { get; }

    /// <summary>Units that one request takes.</summary>
    public int Cost { get; }

    /// <summary>Length of the window in microseconds; for token-bucket the time in which the whole burst refills.</summary>
    public long WindowMicros { get; }

    /// <summary>
    /// Names the counter over snapshots, restarts and nodes: tier id, limit name, algorithm and window. A changed limit or cost keeps the
    /// count; a changed algorithm or window starts a new one, because the old count says nothing in it.
    /// </summary>
    public UInt128 Key { get; }

    /// <summary><see cref="Key"/> as 32 hexadecimal digits.</summary>
    public string KeyText { get; }

    /// <summary>The start of this limit's item in the RateLimit header: <c>"minute";r=</c>.</summary>
    public string HeaderPrefix { get; }

    /// <summary>Where decisions are counted; attached at first use.</summary>
    public LimitTally? Tally { get; set; }

    private static UInt128 KeyOf(RateLimitTierId tierId, LimitDocument document)
    {
        var text = $"{tierId}/{document.Name}/{document.Algorithm}/{document.WindowSeconds}";
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>Counts the decisions of one limit on this node; incremented without a lock, read by the meter.</summary>
/// <param name="policyName">The label: <c>tier/limit</c>.</param>
public sealed class LimitTally(string policyName)
{
    private long _allowed;
    private long _denied;
    private long _shadowDenied;
    private long _errors;

    /// <summary>The label: <c>tier/limit</c>.</summary>
    public string PolicyName { get; } = policyName;

    /// <summary>Requests that the limit let pass.</summary>
    public long Allowed => Volatile.Read(ref _allowed);

    /// <summary>Requests that the limit refused.</summary>
    public long Denied => Volatile.Read(ref _denied);

    /// <summary>Requests that a shadow limit would have refused.</summary>
    public long ShadowDenied => Volatile.Read(ref _shadowDenied);

    /// <summary>Requests decided without the shared store because it was away.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Counts a request that the limit let pass.</summary>
    public void Allow() => Interlocked.Increment(ref _allowed);

    /// <summary>Counts a refusal.</summary>
    /// <param name="shadow">True when the limit is a shadow.</param>
    public void Deny(bool shadow) => Interlocked.Increment(ref shadow ? ref _shadowDenied : ref _denied);

    /// <summary>Counts a decision without the shared store.</summary>
    public void Error() => Interlocked.Increment(ref _errors);
}
