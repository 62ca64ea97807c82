using System.Text.Json.Serialization;
using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>The types of the events of keys. A type is never renamed.</summary>
public static class KeyEvents
{
    /// <summary>A key was issued.</summary>
    public const string Created = "key.created";

    /// <summary>A key has a new secret.</summary>
    public const string Rotated = "key.rotated";

    /// <summary>A key was ended for ever.</summary>
    public const string Revoked = "key.revoked";

    /// <summary>The schedule of a key says that its secret should be replaced.</summary>
    public const string RotationDue = "key.rotation_due";

    /// <summary>A key, or a replaced secret of it, ends soon.</summary>
    public const string Expiring = "key.expiring";

    /// <summary>A key has ended.</summary>
    public const string Expired = "key.expired";

    /// <summary>A key is used in a way that it never was.</summary>
    public const string Anomaly = "key.anomaly";

    /// <summary>A secret of a key was found where it does not belong.</summary>
    public const string Leaked = "key.leaked";
}

/// <summary>The data of an event about a key. What does not apply is left out.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Name">Its name.</param>
/// <param name="ConsumerId">Whose key it is.</param>
/// <param name="Environment">What it is for.</param>
/// <param name="Prefix">Readable start of its newest secret.</param>
/// <param name="Last4">Readable end of its newest secret.</param>
public sealed record KeyEventData(string KeyId, string Name, string ConsumerId, string Environment, string Prefix, string Last4)
{
    /// <summary>The secret that the event is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SecretVersion { get; init; }

    /// <summary>UTC instant from which the secrets before the new one are refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EarlierSecretsExpireAt { get; init; }

    /// <summary>UTC instant from which the key, or the secret of <see cref="SecretVersion"/>, is refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why, as whoever acted said it; or what was noticed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The kind of finding of an anomaly: <c>new-network</c> or <c>spike</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Finding { get; init; }

    /// <summary>Whether the key was revoked at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Revoked { get; init; }

    /// <summary>Where a leaked secret was found.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    /// <summary>Who found it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>What every event says of a key.</summary>
    /// <param name="key">The key.</param>
    public static KeyEventData Of(ApiKey key) => new(
        key.Id.ToString(), key.Name, key.ConsumerId.ToString(), KeyFormat.WordOf(key.Environment), key.Secrets[^1].Prefix, key.Secrets[^1].Last4);
}
