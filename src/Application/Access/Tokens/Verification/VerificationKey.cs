using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>One public key of an issuer. The same object as long as the issuer publishes it unchanged.</summary>
public sealed class VerificationKey
{
    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _ec;
    private readonly string? _algorithm;

    // A key object serves one verification at a time; they cost memory, not time.
    private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];
    private volatile bool _withdrawn;

    internal VerificationKey(string? keyId, string? algorithm, string fingerprint, RSAParameters? rsa, ECParameters? ec) =>
        (KeyId, _algorithm, Fingerprint, _rsa, _ec) = (keyId, algorithm, fingerprint, rsa, ec);

    /// <summary>The id that the issuer gave it; null for none.</summary>
    public string? KeyId { get; }

    /// <summary>Tells keys apart: equal for the same key under the same id and for the same algorithm.</summary>
    public string Fingerprint { get; }

    /// <summary><c>RSA</c>, or the curve.</summary>
    public string Kind => _rsa is { } rsa ? $"RSA-{rsa.Modulus!.Length * 8}" : CurveOf(_ec!.Value);

    /// <summary>True once the issuer no longer publishes it: what it verified is not good any more.</summary>
    public bool Withdrawn => _withdrawn;

    /// <summary>Notes that the issuer no longer publishes it.</summary>
    public void Withdraw() => _withdrawn = true;

    /// <summary>Whether the key is made for an algorithm: of its kind, its curve, and the one the issuer said, if any.</summary>
    /// <param name="algorithm">One of the known algorithms.</param>
    public bool Fits(string algorithm) =>
        (_algorithm is null || _algorithm == algorithm)
        && algorithm switch
        {
            "ES256" => _ec is { } ec && CurveOf(ec) == "P-256",
            "ES384" => _ec is { } ec && CurveOf(ec) == "P-384",
            "ES512" => _ec is { } ec && CurveOf(ec) == "P-521",
            _ => _rsa is not null,
        };

    /// <summary>Verifies a signature.</summary>
    /// <param name="algorithm">An algorithm that the key fits.</param>
    /// <param name="signed">What was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>False for a signature that does not fit in any way; never throws for one.</returns>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!Fits(algorithm) || signature.Length != SignatureLength())
        {
            return false;
        }

        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        AsymmetricAlgorithm? key = null;
        try
        {
            key = Rent();
            return key is RSA rsa
                ? rsa.VerifyData(signed, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
                : IsInRange(signature) && ((ECDsa)key).VerifyData(signed, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            if (key is not null)
            {
                _idle.Add(key);
            }
        }
    }

    /// <summary>Makes sure that the parameters are a key: a point on its curve, a modulus that can be used.</summary>
    /// <exception cref="CryptographicException">They are not.</exception>
    internal void Probe() => _idle.Add(Rent());

    private AsymmetricAlgorithm Rent() =>
        _idle.TryTake(out var key) ? key : _rsa is { } rsa ? RSA.Create(rsa) : ECDsa.Create(_ec!.Value);

    private int SignatureLength() => _rsa is { } rsa ? rsa.Modulus!.Length : _ec!.Value.Q.X!.Length * 2;

    // Zero halves verify anything where a library does not look (the mistake of CVE-2022-21449); ours does, and so do we.
    private static bool IsInRange(ReadOnlySpan<byte> signature) =>
        signature[..(signature.Length / 2)].ContainsAnyExcept((byte)0) && signature[(signature.Length / 2)..].ContainsAnyExcept((byte)0);

    private static string CurveOf(ECParameters ec) => ec.Q.X!.Length switch { 32 => "P-256", 48 => "P-384", _ => "P-521" };
}
