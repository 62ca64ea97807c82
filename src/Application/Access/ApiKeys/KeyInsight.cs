using System.Text.Json.Serialization;
using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>What the traffic of a key tells about it, some seconds to minutes behind.</summary>
/// <param name="Uses">The use of its replaced secrets.</param>
/// <param name="Findings">What is worth looking at about its traffic.</param>
public sealed record KeyInsight(IReadOnlyList<ReplacedSecretUse> Uses, IReadOnlyList<KeyHealthFinding> Findings)
{
    /// <summary>Most addresses that are kept of one replaced secret.</summary>
    public const int MaxAddresses = 20;
}

/// <summary>The use of one secret since another took its place.</summary>
/// <param name="Version">Which secret.</param>
/// <param name="Requests">Requests that came with it, accepted or not.</param>
/// <param name="Addresses">Where they came from, latest first.</param>
public sealed record ReplacedSecretUse(int Version, long Requests, IReadOnlyList<SecretAddress> Addresses);

/// <summary>An address that a replaced secret is still used from.</summary>
/// <param name="Address">An IPv4 address, or the first 64 bits of an IPv6 one.</param>
/// <param name="Requests">Requests from there.</param>
/// <param name="LastAt">UTC instant of the last one.</param>
public sealed record SecretAddress(string Address, long Requests, DateTimeOffset LastAt);

/// <summary>Something worth looking at.</summary>
/// <param name="Code">What kind of thing.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Since">UTC instant since which it is known; null for what follows from the key itself.</param>
public sealed record KeyHealthFinding(KeyHealthCode Code, string Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Since = null)
{
    internal static IReadOnlyList<KeyHealthFinding> Of(ApiKey key, DateTimeOffset now, KeyInsight? insight) =>
        [.. KeyHealth.FindingsOf(key, now).Select(code => new KeyHealthFinding(code, MessageOf(code, key))), .. insight?.Findings ?? []];

    private static string MessageOf(KeyHealthCode code, ApiKey key) => code switch
    {
        KeyHealthCode.ExpiresSoon => $"It ends on {key.ExpiresAt:yyyy-MM-dd HH:mm} UTC.",
        KeyHealthCode.NeverUsed => "Nobody has used it yet.",
        KeyHealthCode.Unused => $"Nobody has used it since {key.LastUsedAt:yyyy-MM-dd}.",
        _ => "",
    };
}

/// <summary>Reads what the traffic of keys tells.</summary>
public interface IKeyInsights
{
    /// <summary>The insights of some keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Keys that nothing is known of are left out.</returns>
    Task<IReadOnlyDictionary<ApiKeyId, KeyInsight>> ReadAsync(IReadOnlyCollection<ApiKeyId> keys, CancellationToken cancellationToken);
}
