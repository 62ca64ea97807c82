using System.Collections.Frozen;
using System.Net;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.TestKit.Builders;

/// <summary>A caller who would be let in, with what a test cares about changed.</summary>
public sealed class CallerRecordBuilder
{
    private readonly ApiKeyId _keyId = new(Guid.CreateVersion7());
    private readonly ConsumerId _consumerId = new(Guid.CreateVersion7());

    public bool Revoked { get; set; }

    public bool Disabled { get; set; }

    public bool Suspended { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public string[] AllowedIps { get; set; } = [];

    public string[] Scopes { get; set; } = [];

    public Dictionary<string, string[]> ApiScopes { get; } = [];

    public bool SecretReplaced { get; set; }

    public RateLimitTierId? TierId { get; set; }

    public string Environment { get; set; } = "live";

    public CallerRecord Build() => new()
    {
        KeyId = _keyId,
        TenantId = Domain.SharedKernel.TenantId.Default,
        KeyIdText = _keyId.ToString(),
        SecretVersion = 1,
        ConsumerId = _consumerId,
        ConsumerIdText = _consumerId.ToString(),
        ConsumerName = "Acme",
        Environment = Environment,
        Disabled = Disabled,
        Revoked = Revoked,
        ConsumerSuspended = Suspended,
        ExpiresAt = ExpiresAt,
        AllowedIps = [.. AllowedIps.Select(text => ApiKeyBuilder.Range(text).Network)],
        Scopes = new ScopeGrant(Scopes),
        ApiScopes = ApiScopes.Count == 0 ? null : ApiScopes.ToFrozenDictionary(p => p.Key, p => new ScopeGrant(p.Value), StringComparer.Ordinal),
        SecretReplaced = SecretReplaced,
        TierId = TierId,
        KeyVersion = 1,
        Usage = new KeyUsage(),
    };
}
