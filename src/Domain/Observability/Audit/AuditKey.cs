using System.Numerics;
using System.Security.Cryptography;

namespace DataHub.Domain.Observability.Audit;

/// <summary>One version of the two secrets of the trail: one authenticates records and chain ends (HMAC-SHA-256), one signs checkpoints (ECDSA P-256).</summary>
#pragma warning disable CA1001 // Lives as long as the process.
public sealed class AuditKey
#pragma warning restore CA1001
{
    /// <summary>Length of an authentication code, and of the secrets, in bytes.</summary>
    public const int Length = 32;

    // The order of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private readonly ThreadLocal<IncrementalHash> _hashes;
    private readonly ECParameters _signer;

    /// <summary>Takes the secrets.</summary>
    /// <param name="version">Rises with every replacement.</param>
    /// <param name="recordSecret">32 secret bytes.</param>
    /// <param name="signingSecret">32 or more other secret bytes; the private key is made of them.</param>
    public AuditKey(int version, byte[] recordSecret, byte[] signingSecret)
    {
        Version = version;
        _hashes = new ThreadLocal<IncrementalHash>(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, recordSecret));

        // Reduced from twice the length, so that every private key is equally likely (FIPS 186-5 §A.2.1).
        var wide = HKDF.Expand(HashAlgorithmName.SHA256, signingSecret, 2 * Length, "P-256"u8.ToArray());
        var number = (new BigInteger(wide, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var secret = new byte[Length];
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(secret, Length - bytes.Length);
        _signer = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret };
        using var key = ECDsa.Create(_signer);
        PublicKey = key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>Rises with every replacement.</summary>
    public int Version { get; }

    /// <summary>Checks signatures, for anybody: a PEM of the subject public key info.</summary>
    public string PublicKey { get; }

    /// <inheritdoc/>
    public override string ToString() => $"[audit key {Version}]";

    /// <summary>HMAC-SHA-256 (RFC 2104).</summary>
    internal void Authenticate(ReadOnlySpan<byte> content, Span<byte> code)
    {
        // A keyed hash that is kept costs half of a new one; it holds state, so every thread has its own.
        var hash = _hashes.Value!;
        hash.AppendData(content);
        hash.GetHashAndReset(code);
    }

    internal byte[] Sign(ReadOnlySpan<byte> content)
    {
        using var key = ECDsa.Create(_signer);
        return key.SignData(content, HashAlgorithmName.SHA256);
    }

    internal bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(PublicKey);
        return key.VerifyData(content, signature, HashAlgorithmName.SHA256);
    }
}

/// <summary>All versions, newest first. Those that wrote records are needed for as long as the records are.</summary>
/// <param name="keys">At least one.</param>
public sealed class AuditKeyRing(IEnumerable<AuditKey> keys)
{
    private readonly AuditKey[] _keys = [.. keys.OrderByDescending(k => k.Version)];

    /// <summary>The version that writes.</summary>
    public AuditKey Current => _keys[0];

    /// <summary>All versions.</summary>
    public IReadOnlyList<AuditKey> All => _keys;

    /// <summary>One version; null when it is not known here.</summary>
    /// <param name="version">The version.</param>
    public AuditKey? Find(int version) => Array.Find(_keys, k => k.Version == version);
}
