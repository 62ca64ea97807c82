using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace DataHub.TestKit.Identity;

/// <summary>A key pair of an identity provider: signs tokens, and publishes its public half.</summary>
public sealed class SigningKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    public SigningKey(string? keyId, string algorithm)
    {
        (KeyId, Algorithm) = (keyId, algorithm);
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            _ec = ECDsa.Create(algorithm switch { "ES256" => ECCurve.NamedCurves.nistP256, "ES384" => ECCurve.NamedCurves.nistP384, _ => ECCurve.NamedCurves.nistP521 });
        }
        else
        {
            _rsa = RSA.Create(2048);
        }
    }

    public string? KeyId { get; }

    public string Algorithm { get; }

    /// <summary>The public half as PEM: what an attacker would take for an HMAC secret.</summary>
    public string PublicPem => _rsa?.ExportSubjectPublicKeyInfoPem() ?? _ec!.ExportSubjectPublicKeyInfoPem();

    /// <summary>The public half as a JWK.</summary>
    public JsonObject Jwk()
    {
        var jwk = new JsonObject { ["use"] = "sig" };
        if (KeyId is not null)
        {
            jwk["kid"] = KeyId;
        }

        if (_rsa is not null)
        {
            var rsa = _rsa.ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(rsa.Modulus), Base64Url.EncodeToString(rsa.Exponent));
            return jwk;
        }

        var ec = _ec!.ExportParameters(false);
        jwk["kty"] = "EC";
        jwk["crv"] = Algorithm switch { "ES256" => "P-256", "ES384" => "P-384", _ => "P-521" };
        (jwk["x"], jwk["y"]) = (Base64Url.EncodeToString(ec.Q.X), Base64Url.EncodeToString(ec.Q.Y));
        return jwk;
    }

    public byte[] Sign(string text, string? algorithm = null)
    {
        var data = Encoding.ASCII.GetBytes(text);
        var name = algorithm ?? Algorithm;
        var hash = name[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        return _rsa is not null
            ? _rsa.SignData(data, hash, name[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : _ec!.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
