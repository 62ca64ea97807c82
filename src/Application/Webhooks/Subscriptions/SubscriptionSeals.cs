using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>What of a subscription is stored encrypted: values of its headers, and the credential of its sign-in.</summary>
/// <param name="Headers">Values by name.</param>
/// <param name="Credential">Password, token, client secret or private key; null for none.</param>
public sealed record SubscriptionConfidential(IReadOnlyDictionary<string, string> Headers, string? Credential)
{
    /// <summary>Nothing.</summary>
    public static readonly SubscriptionConfidential None = new(new Dictionary<string, string>(), null);

    /// <inheritdoc/>
    public override string ToString() => "[secret]";
}

/// <summary>Makes, seals and opens the secrets of subscriptions; what is sealed opens for its own subscription only.</summary>
/// <param name="box">Encrypts.</param>
/// <param name="random">Where secrets come from.</param>
public sealed class SubscriptionSeals(ISecretBox box, IRandomSource random)
{
    private const int SecretLength = 32;

    /// <summary>Makes a secret.</summary>
    /// <param name="id">Whose it is to be.</param>
    /// <param name="number">Which of its secrets.</param>
    /// <returns>The sealed secret, and its printed form for the one answer that shows it.</returns>
    public (byte[] Sealed, ClearSecret Text) Mint(SubscriptionId id, int number)
    {
        Span<byte> key = stackalloc byte[SecretLength];
        random.Fill(key);
        var result = (box.Seal(key, ContextOf(id, number)), new ClearSecret(WebhookSecret.Format(key)));
        CryptographicOperations.ZeroMemory(key);
        return result;
    }

    /// <summary>Opens a secret.</summary>
    /// <param name="id">Whose it is.</param>
    /// <param name="secret">What is stored.</param>
    /// <returns>Null when it was changed or moved, or the installation's own secret is gone.</returns>
    public SigningSecret? Open(SubscriptionId id, SubscriptionSecret secret) =>
        box.Open(secret.Sealed, ContextOf(id, secret.Number)) is { } key ? new SigningSecret(key, secret.ValidUntil) : null;

    /// <summary>Seals headers and credential.</summary>
    /// <param name="id">Whose they are.</param>
    /// <param name="content">What is sealed.</param>
    /// <returns>Null when there is nothing to seal.</returns>
    public byte[]? Seal(SubscriptionId id, SubscriptionConfidential content)
    {
        if (content.Headers.Count == 0 && content.Credential is null)
        {
            return null;
        }

        var clear = JsonSerializer.SerializeToUtf8Bytes(content);
        var result = box.Seal(clear, ContextOf(id));
        CryptographicOperations.ZeroMemory(clear);
        return result;
    }

    /// <summary>Opens headers and credential.</summary>
    /// <param name="id">Whose they are.</param>
    /// <param name="content">What is stored; null for none.</param>
    /// <returns>Null when it was changed or moved, or the installation's own secret is gone.</returns>
    public SubscriptionConfidential? Open(SubscriptionId id, byte[]? content) =>
        content is null ? SubscriptionConfidential.None : box.Open(content, ContextOf(id)) is { } clear ? JsonSerializer.Deserialize<SubscriptionConfidential>(clear) : null;

    private static byte[] ContextOf(SubscriptionId id, int number) => Encoding.ASCII.GetBytes($"secret {number} of {id}");

    private static byte[] ContextOf(SubscriptionId id) => Encoding.ASCII.GetBytes($"endpoint of {id}");
}
