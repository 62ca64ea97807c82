using System.Collections.Frozen;
using System.Net;
using System.Text.Json.Serialization;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>What the stores know of one secret, its key and its consumer; flat, so that it can be shared between nodes.</summary>
internal sealed record KeyRow(
    Guid KeyId,
    int SecretVersion,
    Guid ConsumerId,
    string ConsumerName,
    string Environment,
    bool Disabled,
    bool Revoked,
    bool ConsumerSuspended,
    DateTimeOffset? ExpiresAt,
    string[] AllowedIps,
    string[] Scopes,
    Guid? TierId,
    long KeyVersion,
    [property: JsonRequired] Guid TenantId,
    bool SecretReplaced = false,
    string? ApiPermissions = null)
{
    /// <summary>The record for the request path.</summary>
    /// <param name="usage">Collects the last use; carried over from the record that this one replaces.</param>
    public CallerRecord ToCaller(KeyUsage usage) => new()
    {
        SecretReplaced = SecretReplaced,
        ApiScopes = ApiPermissions is null ? null : CompilePermissions(),
        KeyId = new ApiKeyId(KeyId),
        TenantId = new TenantId(TenantId),
        KeyIdText = EntityId.Format(ApiKeyId.Prefix, KeyId),
        SecretVersion = SecretVersion,
        ConsumerId = new ConsumerId(ConsumerId),
        ConsumerIdText = EntityId.Format(Domain.Access.Consumers.ConsumerId.Prefix, ConsumerId),
        ConsumerName = ConsumerName,
        Environment = Environment,
        Disabled = Disabled,
        Revoked = Revoked,
        ConsumerSuspended = ConsumerSuspended,
        ExpiresAt = ExpiresAt,
        AllowedIps = ParseNetworks(),
        Scopes = Scopes.Length == 0 ? ScopeGrant.None : new ScopeGrant(Scopes),
        TierId = TierId is { } tier ? new RateLimitTierId(tier) : null,
        KeyVersion = KeyVersion,
        Usage = usage,
    };

    // What holds on an API is what holds everywhere and what was granted there, so that the request path asks one grant.
    private FrozenDictionary<string, ScopeGrant>? CompilePermissions()
    {
        var own = ApiPermissionColumn.Read(ApiPermissions!);
        return own.Count == 0 ? null : own.ToFrozenDictionary(p => p.ApiId.ToString(), p => new ScopeGrant([.. Scopes, .. p.Scopes]), StringComparer.Ordinal);
    }

    // An entry that cannot be read must not widen the list: an empty one means "from anywhere".
    private IPNetwork[] ParseNetworks() =>
        [.. AllowedIps.Select(text => IpRange.TryParse(text, out var range) is null ? range!.Network : throw new FormatException($"The key {KeyId} has a malformed network."))];
}
