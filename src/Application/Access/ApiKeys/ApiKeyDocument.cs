using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>A key as the API shows it: never its secret, never a digest.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The name.</param>
/// <param name="Prefix">Readable start of the newest secret.</param>
/// <param name="Last4">Readable end of the newest secret.</param>
/// <param name="Status">What it is good for now.</param>
/// <param name="ConsumerId">Whose key it is.</param>
/// <param name="Environment">What it may be used for.</param>
/// <param name="TierId">Its own tier; null for the consumer's.</param>
/// <param name="Scopes">Granted scopes.</param>
/// <param name="AllowedIps">Networks it may be used from; empty for any.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="CreatedBy">Id of the admin key that issued it, or <c>system</c>.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="ExpiresAt">UTC; null for never.</param>
/// <param name="LastUsedAt">UTC, some seconds behind; null for never.</param>
/// <param name="DisabledAt">UTC; null while it is on.</param>
/// <param name="RevokedAt">UTC; null for never.</param>
/// <param name="RevokedReason">Why it was revoked.</param>
/// <param name="Metadata">Free pairs.</param>
/// <param name="Secrets">All secrets, oldest first.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record ApiKeyDocument(
    string Id,
    string Name,
    string Prefix,
    string Last4,
    KeyStatus Status,
    string ConsumerId,
    KeyEnvironment Environment,
    string? TierId,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> AllowedIps,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? DisabledAt,
    DateTimeOffset? RevokedAt,
    string? RevokedReason,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<ApiKeySecretDocument> Secrets,
    long Version)
{
    /// <summary>Shows a key. Commands hand out the aggregate, because its version is known only after the commit.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">UTC instant, for the status.</param>
    public static ApiKeyDocument From(ApiKey key, DateTimeOffset now)
    {
        var newest = key.Secrets[^1];
        return new ApiKeyDocument(
            key.Id.ToString(), key.Name, newest.Prefix, newest.Last4, key.StatusAt(now), key.ConsumerId.ToString(), key.Environment,
            key.TierId?.ToString(), key.Scopes, key.AllowedIps, key.CreatedAt, key.CreatedBy, key.UpdatedAt, key.ExpiresAt, key.LastUsedAt,
            key.DisabledAt, key.RevokedAt, key.RevokedReason, key.Metadata,
            [.. key.Secrets.Select(s => new ApiKeySecretDocument(s.Version, s.Prefix, s.Last4, s.CreatedAt, s.NotAfter, s.RevokedAt))],
            key.Version);
    }
}

/// <summary>A secret of a key as the API shows it.</summary>
/// <param name="Version">Counts the secrets of the key, from 1.</param>
/// <param name="Prefix">Readable start.</param>
/// <param name="Last4">Readable end.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="NotAfter">UTC instant from which it is refused; null for as long as the key lives.</param>
/// <param name="RevokedAt">UTC; null for never.</param>
public sealed record ApiKeySecretDocument(
    int Version, string Prefix, string Last4, DateTimeOffset CreatedAt, DateTimeOffset? NotAfter, DateTimeOffset? RevokedAt);
