using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>The public keys of an issuer (RFC 7517 §5). Immutable; a new download makes a new one.</summary>
public sealed class KeySet
{
    /// <summary>Most keys that are read.</summary>
    public const int MaxKeys = 100;

    // What a token without kid may cost.
    private const int MaxTried = 4;

    // Below 2048 bits RS256 is not allowed (RFC 7518 §3.3); above 8192 one verification costs too much.
    private const int MinModulusBytes = 256;
    private const int MaxModulusBytes = 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly VerificationKey[] _keys;

    private KeySet(VerificationKey[] keys) => _keys = keys;

    /// <summary>The keys, at least one.</summary>
    public IReadOnlyList<VerificationKey> Keys => _keys;

    /// <summary>Reads a key set. Keys that are not for verifying signatures, or cannot be used, are left out.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="before">The set before; keys that are in both stay the same objects. Null for none.</param>
    /// <returns>Null when no usable key is in it.</returns>
    public static KeySet? Read(ReadOnlyMemory<byte> json, KeySet? before)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var known = (before?._keys ?? []).ToDictionary(k => k.Fingerprint);
            var keys = list.EnumerateArray().Take(MaxKeys).Select(TryRead).OfType<VerificationKey>()
                .DistinctBy(k => k.Fingerprint).Select(k => known.GetValueOrDefault(k.Fingerprint) ?? k).ToArray();
            return keys.Length > 0 ? new KeySet(keys) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Notes for every key that is not in the next set that it was withdrawn.</summary>
    /// <param name="next">The set that takes the place of this one; null for none.</param>
    public void ReplaceBy(KeySet? next)
    {
        foreach (var key in _keys)
        {
            if (next is null || !next._keys.Contains(key))
            {
                key.Withdraw();
            }
        }
    }

    /// <summary>The keys that a token can have been signed with.</summary>
    /// <param name="keyId">What the token says; null: every key that fits the algorithm, at most four.</param>
    /// <param name="algorithm">The token's algorithm.</param>
    public IReadOnlyList<VerificationKey> Find(string? keyId, string algorithm) =>
        [.. _keys.Where(k => (keyId is null || k.KeyId == keyId) && k.Fits(algorithm)).Take(MaxTried)];

    /// <summary>Whether a key has this id, for whatever algorithm.</summary>
    /// <param name="keyId">The id.</param>
    public bool Knows(string? keyId) => Array.Exists(_keys, k => keyId is null || k.KeyId == keyId);

    private static VerificationKey? TryRead(JsonElement jwk)
    {
        try
        {
            if (jwk.ValueKind != JsonValueKind.Object || !IsForSignatures(jwk))
            {
                return null;
            }

            var key = Text(jwk, "kty") switch { "RSA" => ReadRsa(jwk), "EC" => ReadEc(jwk), _ => null };
            key?.Probe();
            return key;
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static bool IsForSignatures(JsonElement jwk) =>
        Text(jwk, "use") is null or "sig"
        && (!jwk.TryGetProperty("key_ops", out var operations)
            || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.GetString() == "verify")));

    private static VerificationKey? ReadRsa(JsonElement jwk)
    {
        var (modulus, exponent) = (Bytes(jwk, "n")?.SkipWhile(b => b == 0).ToArray(), Bytes(jwk, "e"));
        if (modulus is not { Length: >= MinModulusBytes and <= MaxModulusBytes } || exponent is not { Length: > 0 and <= 8 } || exponent[^1] % 2 == 0 || exponent is [1])
        {
            return null;
        }

        return Make(jwk, $"RSA {Convert.ToHexString(modulus)} {Convert.ToHexString(exponent)}", new RSAParameters { Modulus = modulus, Exponent = exponent }, null);
    }

    private static VerificationKey? ReadEc(JsonElement jwk)
    {
        var (curve, length) = Text(jwk, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => default((ECCurve, int)),
        };
        var (x, y) = (Bytes(jwk, "x"), Bytes(jwk, "y"));
        return length > 0 && x?.Length == length && y?.Length == length
            ? Make(jwk, $"EC {Convert.ToHexString(x)} {Convert.ToHexString(y)}", null, new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } })
            : null;
    }

    private static VerificationKey Make(JsonElement jwk, string material, RSAParameters? rsa, ECParameters? ec)
    {
        var (keyId, algorithm) = (Text(jwk, "kid"), Text(jwk, "alg"));
        var fingerprint = string.Create(CultureInfo.InvariantCulture, $"{keyId?.Length ?? -1} {keyId} {algorithm} {material}");
        return new VerificationKey(keyId, algorithm, fingerprint, rsa, ec);
    }

    private static string? Text(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement jwk, string name) => Text(jwk, name) is { } text ? Base64Url.DecodeFromChars(text) : null;
}
