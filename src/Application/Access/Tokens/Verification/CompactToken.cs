using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>
/// A signed token in its compact form (RFC 7515 §7.1), taken apart and not verified yet. Read strictly: what two readers could
/// understand in two ways is not read at all (repeated members, padding, other alphabets, unknown critical extensions).
/// </summary>
public sealed class CompactToken
{
    private const int MaxJsonDepth = 16;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxJsonDepth };

    private CompactToken(string algorithm, string? keyId, byte[] signed, byte[] signature, JsonElement payload, TokenClaims claims) =>
        (Algorithm, KeyId, Signed, Signature, Payload, Claims) = (algorithm, keyId, signed, signature, payload, claims);

    /// <summary>One of <see cref="SignatureAlgorithms.All"/>.</summary>
    public string Algorithm { get; }

    /// <summary>The key that the token says it was signed with; null for none. A text to compare with, never a place to look at.</summary>
    public string? KeyId { get; }

    /// <summary>The bytes that were signed.</summary>
    public byte[] Signed { get; }

    /// <summary>The signature; not empty.</summary>
    public byte[] Signature { get; }

    /// <summary>The payload.</summary>
    public JsonElement Payload { get; }

    /// <summary>The claims, unverified.</summary>
    public TokenClaims Claims { get; }

    /// <summary>The issuer that the token says it is of; null for none.</summary>
    public string? Issuer => Claims.Single("iss");

    /// <summary>Whether a text has the form of a signed token, before anything of it is read.</summary>
    /// <param name="text">What a caller sent.</param>
    public static bool HasForm(ReadOnlySpan<char> text)
    {
        var first = text.IndexOf('.');
        var last = text.LastIndexOf('.');
        return first > 0 && last > first + 1 && last < text.Length - 1 && !text[..first].ContainsAnyExcept(Alphabet)
            && !text[(first + 1)..last].ContainsAnyExcept(Alphabet) && !text[(last + 1)..].ContainsAnyExcept(Alphabet);
    }

    /// <summary>Takes a token apart.</summary>
    /// <param name="text">What a caller sent; the length was checked.</param>
    /// <param name="token">The token, when null is returned.</param>
    /// <returns>Null, or a sentence about what is wrong.</returns>
    public static string? Read(string text, out CompactToken? token)
    {
        token = null;
        if (!HasForm(text))
        {
            return "The token is not a signed token in compact form.";
        }

        var first = text.IndexOf('.', StringComparison.Ordinal);
        var last = text.LastIndexOf('.');
        try
        {
            using var header = Parse(text.AsSpan(0, first));
            if (header is null || HeaderOf(header.RootElement) is not { } head)
            {
                return "The token's header cannot be used: it must be one JSON object with an algorithm, a type of access token and no critical extensions.";
            }

            // Before the payload is looked at, and long before any signature (RFC 8725 §3.1).
            if (!SignatureAlgorithms.All.Contains(head.Algorithm))
            {
                return "The token's algorithm is not accepted.";
            }

            using var payload = Parse(text.AsSpan((first + 1)..last));
            var signature = Decode(text.AsSpan(last + 1));
            if (payload is null || signature is not { Length: > 0 } || TokenClaims.Read(payload.RootElement) is not { } claims)
            {
                return "The token's payload or signature cannot be read.";
            }

            token = new CompactToken(head.Algorithm, head.KeyId, Encoding.ASCII.GetBytes(text, 0, last), signature, payload.RootElement.Clone(), claims);
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Not JSON, or texts that are not Unicode.
            return "The token cannot be read.";
        }
    }

    // jku, jwk, x5u and x5c are not looked at: whoever made the token would choose the key it is verified with.
    private static (string Algorithm, string? KeyId)? HeaderOf(JsonElement header)
    {
        // Extensions that must be understood, and none is (RFC 7515 §4.1.11).
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || header.TryGetProperty("enc", out _))
        {
            return null;
        }

        string? keyId = null;
        if (header.TryGetProperty("kid", out var kid) && (kid.ValueKind != JsonValueKind.String || (keyId = kid.GetString()) is null))
        {
            return null;
        }

        return IsAccessToken(header) && header.TryGetProperty("alg", out var alg) && alg.ValueKind == JsonValueKind.String ? (alg.GetString()!, keyId) : null;
    }

    // A token for another purpose, such as a log-out or security event, is none (RFC 8725 §3.11, RFC 9068 §4).
    private static bool IsAccessToken(JsonElement header) =>
        !header.TryGetProperty("typ", out var typ)
        || (typ.ValueKind == JsonValueKind.String && typ.GetString()!.ToLowerInvariant() is "jwt" or "at+jwt" or "application/at+jwt" or "application/jwt");

    private static JsonDocument? Parse(ReadOnlySpan<char> part)
    {
        if (Decode(part) is not { } bytes || !Utf8.IsValid(bytes))
        {
            return null;
        }

        var document = JsonDocument.Parse(bytes, Strict);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        return null;
    }

    private static byte[]? Decode(ReadOnlySpan<char> part)
    {
        // A rest of one character is no byte.
        if (part.Length % 4 == 1)
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.TryDecodeFromChars(part, bytes, out var length) ? bytes[..length] : null;
    }
}
