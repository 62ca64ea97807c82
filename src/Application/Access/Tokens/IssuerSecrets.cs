using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Tokens;

/// <summary>Seals the client secrets of issuers; a sealed one opens for its own issuer only.</summary>
/// <param name="box">Encrypts.</param>
public sealed class IssuerSecrets(ISecretBox box)
{
    /// <summary>Seals a secret.</summary>
    /// <param name="issuer">Whose it is.</param>
    /// <param name="secret">Clear text; null for none.</param>
    public byte[]? Seal(TokenIssuerId issuer, ClearSecret? secret)
    {
        if (secret is not { } given)
        {
            return null;
        }

        var clear = Encoding.UTF8.GetBytes(given.Reveal());
        var result = box.Seal(clear, ContextOf(issuer));
        CryptographicOperations.ZeroMemory(clear);
        return result;
    }

    /// <summary>Opens a secret.</summary>
    /// <param name="issuer">Whose it is.</param>
    /// <param name="content">What was sealed; null for none.</param>
    /// <returns>Null when there is none, or it was changed or moved.</returns>
    public string? Open(TokenIssuerId issuer, byte[]? content) =>
        content is not null && box.Open(content, ContextOf(issuer)) is { } clear ? Encoding.UTF8.GetString(clear) : null;

    private static byte[] ContextOf(TokenIssuerId issuer) => Encoding.ASCII.GetBytes($"client secret of {issuer}");
}
