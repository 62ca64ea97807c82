using System.Collections.Frozen;
using System.Net;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.Contracts;

/// <summary>What the request path knows of one secret, its key and its consumer. Immutable but for <see cref="Usage"/>.</summary>
public sealed class CallerRecord
{
    /// <summary>The key.</summary>
    public required ApiKeyId KeyId { get; init; }

    /// <summary>The tenant that key and consumer belong to; routes of another one are closed to it.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The printed key id, made once.</summary>
    public required string KeyIdText { get; init; }

    /// <summary>Which secret of the key was presented, counted from 1.</summary>
    public required int SecretVersion { get; init; }

    /// <summary>The consumer that the key belongs to.</summary>
    public required ConsumerId ConsumerId { get; init; }

    /// <summary>The printed consumer id, made once.</summary>
    public required string ConsumerIdText { get; init; }

    /// <summary>The consumer's name; may hold any letter: encode it before it goes into a header.</summary>
    public required string ConsumerName { get; init; }

    /// <summary><c>live</c>, <c>test</c> or <c>admin</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>True while an administrator has switched the key off.</summary>
    public required bool Disabled { get; init; }

    /// <summary>True for ever once the key was revoked.</summary>
    public required bool Revoked { get; init; }

    /// <summary>True while the consumer is suspended.</summary>
    public required bool ConsumerSuspended { get; init; }

    /// <summary>UTC instant from which the secret is refused: the earlier of the key's and the secret's end; null for never.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True once another secret took the place of this one; its further use is counted.</summary>
    public bool SecretReplaced { get; init; }

    /// <summary>Networks the key may be used from; empty for any.</summary>
    public required IReadOnlyList<IPNetwork> AllowedIps { get; init; }

    /// <summary>The granted scopes, compiled.</summary>
    public required ScopeGrant Scopes { get; init; }

    /// <summary>By printed API id, the scopes on that API, those of <see cref="Scopes"/> included; null for a key without any of its own.</summary>
    public FrozenDictionary<string, ScopeGrant>? ApiScopes { get; init; }

    /// <summary>The key's tier, else the consumer's; null for the default tier.</summary>
    public required RateLimitTierId? TierId { get; init; }

    /// <summary>Version of the key at the time of loading; a tombstone of a later version outlives this record.</summary>
    public required long KeyVersion { get; init; }

    /// <summary>Collects the last use for the batched writer.</summary>
    public required KeyUsage Usage { get; init; }

    /// <summary>What the key may do on an API. Allocates nothing.</summary>
    /// <param name="apiId">The printed API id.</param>
    public ScopeGrant ScopesOn(string apiId) => ApiScopes is { } own && own.TryGetValue(apiId, out var grant) ? grant : Scopes;
}
