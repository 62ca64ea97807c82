using System.ComponentModel.DataAnnotations;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>How secrets are digested, and how long a node trusts what it knows of a key.</summary>
[ConfigurationSection("ApiKeys")]
internal sealed class ApiKeysOptions
{
    /// <summary>Serve known keys while the database is away.</summary>
    public const string ServeStale = "serve-stale";

    /// <summary>Refuse keys with 503 while the database is away.</summary>
    public const string Deny = "deny";

    /// <summary>
    /// Peppers by version, each the base64 of at least 32 random bytes, such as <c>DataHub__ApiKeys__Peppers__1</c>. The highest version
    /// digests new secrets; the others still find old ones. All nodes need the same. When empty, the pepper file is used.
    /// </summary>
    [SecretSetting]
    public Dictionary<int, string> Peppers { get; init; } = [];

    /// <summary>
    /// Path of a file of peppers, one <c>version:base64</c> a line, readable by its owner only. When empty, <c>secrets/pepper</c> in
    /// the data folder, which is made on the first start.
    /// </summary>
    public string? PepperFile { get; init; }

    /// <summary>Seconds for which a loaded key is served without asking again; spread by a tenth. Changes arrive at once all the same.</summary>
    [Range(1, 3600)]
    public int FreshSeconds { get; init; } = 60;

    /// <summary>Seconds for which a key is served after its last load while the database is away.</summary>
    [Range(0, 86400)]
    public int StaleSeconds { get; init; } = 600;

    /// <summary>What happens to known keys while the database is away: <c>serve-stale</c> or <c>deny</c>. Unknown ones get 503 either way.</summary>
    [AllowedValues(ServeStale, Deny)]
    public string OnStoreFailure { get; init; } = ServeStale;

    /// <summary>Seconds for which an unknown secret is refused without asking again.</summary>
    [Range(0, 60)]
    public int UnknownSeconds { get; init; } = 5;

    /// <summary>Most secrets in memory.</summary>
    [Range(100, 10_000_000)]
    public int MaxCached { get; init; } = 100_000;

    /// <summary>Most unknown secrets in memory.</summary>
    [Range(0, 1_000_000)]
    public int MaxUnknownCached { get; init; } = 10_000;

    /// <summary>Milliseconds after which a load is given up and the database counts as away.</summary>
    [Range(50, 30_000)]
    public int LoadTimeoutMilliseconds { get; init; } = 2000;

    /// <summary>Seconds between two writes of <c>lastUsedAt</c>.</summary>
    [Range(1, 3600)]
    public int LastUsedSeconds { get; init; } = 10;
}
