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
/// <param name="Secrets">All secrets that are remembered, oldest first.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
/// <param name="Rotation">Its own schedule; null for the tier's, if it has one.</param>
/// <param name="ApiPermissions">Scopes on single APIs.</param>
/// <param name="Health">What is worth looking at; empty when all is well, and of a key that is not accepted.</param>
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
    long Version,
    RotationSchedule? Rotation,
    IReadOnlyList<ApiPermissionFields> ApiPermissions,
    IReadOnlyList<KeyHealthFinding> Health)
{
    /// <summary>Shows a key. Commands hand out the aggregate, because its version is known only after the commit.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">UTC instant, for the status.</param>
    /// <param name="insight">What its traffic tells; null where it was not read.</param>
    public static ApiKeyDocument From(ApiKey key, DateTimeOffset now, KeyInsight? insight = null)
    {
        var newest = key.Secrets[^1];
        return new ApiKeyDocument(
            key.Id.ToString(), key.Name, newest.Prefix, newest.Last4, key.StatusAt(now), key.ConsumerId.ToString(), key.Environment,
            key.TierId?.ToString(), key.Scopes, key.AllowedIps, key.CreatedAt, key.CreatedBy, key.UpdatedAt, key.ExpiresAt, key.LastUsedAt,
            key.DisabledAt, key.RevokedAt, key.RevokedReason, key.Metadata,
            [.. key.Secrets.Select(s => ApiKeySecretDocument.From(s, key.ExpiresAt, insight?.Uses.FirstOrDefault(u => u.Version == s.Version)))],
            key.Version, key.Rotation, [.. key.ApiPermissions.Select(p => new ApiPermissionFields(p.ApiId.ToString(), p.Scopes))],
            key.StatusAt(now) == KeyStatus.Active ? KeyHealthFinding.Of(key, now, insight) : []);
    }
}

/// <summary>A secret of a key as the API shows it.</summary>
/// <param name="Version">Counts the secrets of the key, from 1.</param>
/// <param name="Prefix">Readable start.</param>
/// <param name="Last4">Readable end.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC instant from which it is refused, the key's own end included; null for never.</param>
/// <param name="RevokedAt">UTC; null for never.</param>
/// <param name="ReplacedAt">UTC instant of the rotation that replaced it; null for the current one.</param>
/// <param name="RequestsSinceRotation">Requests that still came with it since it was replaced, some seconds behind; 0 for the current one.</param>
/// <param name="Addresses">Where those came from, latest first; at most <see cref="KeyInsight.MaxAddresses"/>.</param>
public sealed record ApiKeySecretDocument(
    int Version, string Prefix, string Last4, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt,
    DateTimeOffset? ReplacedAt, long RequestsSinceRotation, IReadOnlyList<SecretAddress> Addresses)
{
    internal static ApiKeySecretDocument From(ApiKeySecret secret, DateTimeOffset? keyExpiresAt, ReplacedSecretUse? use) => new(
        secret.Version, secret.Prefix, secret.Last4, secret.CreatedAt, keyExpiresAt < secret.NotAfter ? keyExpiresAt : secret.NotAfter ?? keyExpiresAt,
        secret.RevokedAt, secret.ReplacedAt, use?.Requests ?? 0, use?.Addresses ?? []);
}
