using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Gateway.Api.Access.ApiKeys;

/// <summary>What PUT writes, and what PATCH patches.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Scopes">Granted scopes; none when left out.</param>
/// <param name="TierId">The key's own tier; the consumer's when left out.</param>
/// <param name="AllowedIps">Addresses and networks in CIDR notation; any when left out.</param>
/// <param name="ExpiresAt">RFC 3339; never when left out.</param>
/// <param name="Metadata">Free pairs, at most 50.</param>
/// <param name="Rotation">When its secret is to be replaced; the tier's schedule when left out.</param>
/// <param name="ApiPermissions">Scopes on single APIs, beside those that hold everywhere.</param>
internal sealed record ApiKeyBody(
    string Name,
    IReadOnlyList<string>? Scopes = null,
    string? TierId = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    RotationBody? Rotation = null,
    IReadOnlyList<ApiPermissionFields>? ApiPermissions = null)
{
    public static ApiKeyBody From(ApiKeyDocument key) => new(
        key.Name, key.Scopes, key.TierId, key.AllowedIps, key.ExpiresAt, key.Metadata, RotationBody.From(key.Rotation), key.ApiPermissions is [] ? null : key.ApiPermissions);

    public UpdateApiKey ToCommand(ApiKeyId id) =>
        new(id, Name, Scopes ?? [], TierId, AllowedIps ?? [], ExpiresAt, Metadata ?? new Dictionary<string, string>(), Rotation?.ToSchedule(), ApiPermissions);
}

/// <summary>When the secret of a key is to be replaced.</summary>
/// <param name="EveryDays">1 to 730 days from one secret to the next.</param>
/// <param name="GraceSeconds">Seconds that the old secret lives on once it is due; a week when left out.</param>
/// <param name="Enforced">True ends the old secret after the grace, replaced or not; false (default) only tells that it is due.</param>
internal sealed record RotationBody(int EveryDays, int GraceSeconds = RotationSchedule.DefaultGraceSeconds, bool Enforced = false)
{
    public static RotationBody? From(RotationSchedule? schedule) => schedule is null ? null : new(schedule.EveryDays, schedule.GraceSeconds, schedule.Enforced);

    public RotationSchedule ToSchedule() => new(EveryDays, GraceSeconds, Enforced);
}

/// <summary>What rotating takes; the body may be left out altogether.</summary>
/// <param name="GraceSeconds">Seconds that the earlier secrets are still accepted: 0 to 2592000; a day when left out.</param>
/// <param name="Reason">Why, at most 200 characters.</param>
internal sealed record RotateKeyBody(int GraceSeconds = RotateApiKey.DefaultGraceSeconds, string? Reason = null)
{
    /// <summary>Said of the actions that take it, since it is not bound.</summary>
    public const string Description =
        "Takes an optional body {\"graceSeconds\": 86400, \"reason\": \"…\"}. graceSeconds, 0 to 2592000, is how long the earlier secrets are still accepted, on every node and at most "
        + "until the key's own end; 0 cuts all of them off at once. Of two rotations at the same time one is refused with 412.";
}

/// <summary>What POST takes.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="ConsumerId">Whose key it will be; under <c>/consumers/{id}/keys</c> it can be left out.</param>
/// <param name="Environment"><c>live</c> (default), <c>test</c> or <c>admin</c>.</param>
/// <param name="Scopes">Granted scopes; none when left out.</param>
/// <param name="TierId">The key's own tier; the consumer's when left out.</param>
/// <param name="AllowedIps">Addresses and networks in CIDR notation; any when left out.</param>
/// <param name="ExpiresAt">RFC 3339; never when left out.</param>
/// <param name="Metadata">Free pairs, at most 50.</param>
/// <param name="Rotation">When its secret is to be replaced; the tier's schedule when left out.</param>
/// <param name="ApiPermissions">Scopes on single APIs, beside those that hold everywhere.</param>
internal sealed record IssueApiKeyBody(
    string Name,
    string? ConsumerId = null,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Scopes = null,
    string? TierId = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    RotationBody? Rotation = null,
    IReadOnlyList<ApiPermissionFields>? ApiPermissions = null)
{
    public IssueApiKey ToCommand(string? consumerId) =>
        new(consumerId ?? "", Name, Environment, Scopes ?? [], TierId, AllowedIps ?? [], ExpiresAt, Metadata ?? new Dictionary<string, string>(), Rotation?.ToSchedule(), ApiPermissions);
}

/// <summary>The one answer that shows a secret.</summary>
/// <param name="Data">The key.</param>
/// <param name="Secret">The only copy; null in a dry run.</param>
/// <param name="SecretNotice">What to do with it.</param>
internal sealed record IssuedKeyEnvelope(ApiKeyDocument Data, string? Secret, string SecretNotice)
{
    public const string ShownOnce = "Shown once. Store it now; it cannot be read again.";
    public const string NotIssued = "Dry run: nothing was issued.";
}
