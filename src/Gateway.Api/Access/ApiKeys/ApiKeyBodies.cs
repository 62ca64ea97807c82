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
internal sealed record ApiKeyBody(
    string Name,
    IReadOnlyList<string>? Scopes = null,
    string? TierId = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    public static ApiKeyBody From(ApiKeyDocument key) => new(key.Name, key.Scopes, key.TierId, key.AllowedIps, key.ExpiresAt, key.Metadata);

    public UpdateApiKey ToCommand(ApiKeyId id) =>
        new(id, Name, Scopes ?? [], TierId, AllowedIps ?? [], ExpiresAt, Metadata ?? new Dictionary<string, string>());
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
internal sealed record IssueApiKeyBody(
    string Name,
    string? ConsumerId = null,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Scopes = null,
    string? TierId = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    public IssueApiKey ToCommand(string? consumerId) =>
        new(consumerId ?? "", Name, Environment, Scopes ?? [], TierId, AllowedIps ?? [], ExpiresAt, Metadata ?? new Dictionary<string, string>());
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
