using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Metadata;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>What can be changed of a key.</summary>
/// <param name="Name">1 to <see cref="ApiKey.MaxNameLength"/> characters.</param>
/// <param name="Scopes">Granted scopes in the grammar of <see cref="Scope"/>.</param>
/// <param name="TierId">The key's own tier; null for the consumer's.</param>
/// <param name="AllowedIps">Networks it may be used from; empty for any.</param>
/// <param name="ExpiresAt">UTC instant from which it is refused; null for never.</param>
/// <param name="Metadata">Free pairs, in the bounds of <see cref="MetadataRules"/>.</param>
/// <param name="Rotation">When its secret is to be replaced; null for the tier's schedule, if it has one.</param>
/// <param name="ApiPermissions">Scopes on single APIs; null for none.</param>
public sealed record ApiKeySettings(
    string Name,
    IReadOnlyList<string> Scopes,
    RateLimitTierId? TierId,
    IReadOnlyList<IpRange> AllowedIps,
    DateTimeOffset? ExpiresAt,
    IReadOnlyDictionary<string, string> Metadata,
    RotationSchedule? Rotation = null,
    IReadOnlyList<ApiGrant>? ApiPermissions = null);

/// <summary>
/// A credential that a consumer presents on every call. The id is stable for the key's whole life; its secrets come and go, and only
/// their digests are held.
/// </summary>
public sealed partial class ApiKey : AggregateRoot<ApiKeyId>, ITenantOwned
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Most entries of the list of networks.</summary>
    public const int MaxAllowedIps = 50;

    /// <summary>Most characters of a reason.</summary>
    public const int MaxReasonLength = 200;

    private readonly List<ApiKeySecret> _secrets = [];
    private string[] _scopes = [];
    private string[] _allowedIps = [];

    private ApiKey(ApiKeyId id, ConsumerId consumerId, KeyEnvironment environment, string createdBy, DateTimeOffset now) : base(id, now) =>
        (ConsumerId, Environment, CreatedBy, Name) = (consumerId, environment, createdBy, "");

    private ApiKey() => (Name, CreatedBy) = ("", "");

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Whose key it is.</summary>
    public ConsumerId ConsumerId { get; private set; }

    /// <summary>What it may be used for.</summary>
    public KeyEnvironment Environment { get; private set; }

    /// <summary>The name, for people.</summary>
    public string Name { get; private set; }

    /// <summary>The secrets, oldest first; at least one.</summary>
    public IReadOnlyList<ApiKeySecret> Secrets => InOrder();

    /// <summary>The granted scopes.</summary>
    public IReadOnlyList<string> Scopes => _scopes;

    /// <summary>The key's own tier; null for the consumer's.</summary>
    public RateLimitTierId? TierId { get; private set; }

    /// <summary>Networks it may be used from, in canonical form; empty for any.</summary>
    public IReadOnlyList<string> AllowedIps => _allowedIps;

    /// <summary>UTC instant from which it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>UTC instant at which it was switched off; null while it is on.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }

    /// <summary>UTC instant of the revocation; null for none.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Why it was revoked; null for no reason given.</summary>
    public string? RevokedReason { get; private set; }

    /// <summary>Id of the admin key that issued it, or <c>system</c>.</summary>
    public string CreatedBy { get; private set; }

    /// <summary>UTC instant of the last use, some seconds behind; kept by a batched writer, never by this aggregate.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Scopes on single APIs.</summary>
    public IReadOnlyList<ApiGrant> ApiPermissions { get; private set; } = [];

    /// <summary>Issues a key with its first secret.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="consumerId">Whose key it is.</param>
    /// <param name="environment">What it may be used for.</param>
    /// <param name="secret">What is kept of the first secret.</param>
    /// <param name="settings">What can be changed later.</param>
    /// <param name="createdBy">Id of the admin key that issues it, or <c>system</c>.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Invalid"/>.</exception>
    public static ApiKey Issue(
        ApiKeyId id, ConsumerId consumerId, KeyEnvironment environment, SecretFingerprint secret, ApiKeySettings settings, string createdBy, DateTimeOffset now)
    {
        var key = new ApiKey(id, consumerId, environment, createdBy, now);
        key.Apply(settings, now);
        key._secrets.Add(new ApiKeySecret(1, secret, now));
        return key;
    }

    /// <summary>Replaces what can be changed.</summary>
    /// <param name="settings">All of it.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Revoked"/> or <see cref="ApiKeyErrors.Invalid"/>; nothing was changed.</exception>
    public void Update(ApiKeySettings settings, DateTimeOffset now)
    {
        EnsureNotRevoked();
        Apply(settings, now);
        Touch(now);
    }

    /// <summary>Switches the key off; off already is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Revoked"/>.</exception>
    public void Disable(DateTimeOffset now)
    {
        EnsureNotRevoked();
        if (DisabledAt is null)
        {
            DisabledAt = now;
            Touch(now);
        }
    }

    /// <summary>Switches the key on; on already is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Revoked"/>.</exception>
    public void Enable(DateTimeOffset now)
    {
        EnsureNotRevoked();
        if (DisabledAt is not null)
        {
            DisabledAt = null;
            Touch(now);
        }
    }

    /// <summary>Ends the key for ever, all its secrets at once.</summary>
    /// <param name="reason">Why, at most <see cref="MaxReasonLength"/> characters; null for no reason.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Revoked"/>.</exception>
    public void Revoke(string? reason, DateTimeOffset now)
    {
        EnsureNotRevoked();
        (RevokedAt, RevokedReason) = (now, reason);
        Touch(now);
    }

    /// <summary>What the key is good for.</summary>
    /// <param name="now">UTC instant.</param>
    /// <returns>The first status that applies.</returns>
    public KeyStatus StatusAt(DateTimeOffset now) =>
        RevokedAt is not null ? KeyStatus.Revoked
        : ExpiresAt <= now ? KeyStatus.Expired
        : DisabledAt is not null ? KeyStatus.Disabled
        : KeyStatus.Active;

    private void EnsureNotRevoked()
    {
        if (RevokedAt is not null)
        {
            throw new DomainException(ApiKeyErrors.Revoked);
        }
    }

    private void Apply(ApiKeySettings settings, DateTimeOffset now)
    {
        Require(settings.Name.Length is > 0 and <= MaxNameLength, $"The name has 1 to {MaxNameLength} characters.", "/name");
        Require(settings.Scopes.Count <= Scope.MaxPerKey && settings.Scopes.All(Scope.IsGrant), "A scope is not valid.", "/scopes");
        Require(settings.AllowedIps.Count <= MaxAllowedIps, $"At most {MaxAllowedIps} networks.", "/allowedIps");
        Require(MetadataRules.Violation(settings.Metadata) is null, "The metadata is not valid.", "/metadata");

        // An end that has passed may stay as it is, so that an expired key can still be renamed.
        Require(settings.ExpiresAt is null || settings.ExpiresAt > now || settings.ExpiresAt == ExpiresAt,
            "The end must be in the future; revoke the key to end it now.", "/expiresAt");

        Require(settings.Rotation is null || settings.Rotation.IsInRange(), "The rotation schedule is out of range.", "/rotation");
        var permissions = settings.ApiPermissions ?? [];
        Require(permissions.Count <= ApiGrant.MaxPerKey && permissions.DistinctBy(p => p.ApiId).Count() == permissions.Count,
            $"At most {ApiGrant.MaxPerKey} APIs, each once.", "/apiPermissions");
        Require(permissions.All(p => p.Scopes.Count is > 0 and <= Scope.MaxPerKey && p.Scopes.All(Scope.IsGrant)), "A scope of an API is not valid.", "/apiPermissions");

        Name = settings.Name;
        _scopes = [.. settings.Scopes.Distinct(StringComparer.Ordinal)];
        TierId = settings.TierId;
        _allowedIps = [.. settings.AllowedIps.Select(ip => ip.ToString()).Distinct(StringComparer.Ordinal)];
        ExpiresAt = settings.ExpiresAt;
        Metadata = settings.Metadata;
        (RotateEveryDays, RotationGraceSeconds, RotationEnforced) = (settings.Rotation?.EveryDays, settings.Rotation?.GraceSeconds, settings.Rotation?.Enforced ?? false);
        ApiPermissions = permissions;
    }

    private static void Require(bool holds, string detail, string pointer)
    {
        if (!holds)
        {
            throw new DomainException(ApiKeyErrors.Invalid, detail, pointer);
        }
    }
}
