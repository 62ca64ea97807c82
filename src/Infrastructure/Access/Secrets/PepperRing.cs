using System.Security.Cryptography;
using System.Text;
using DataHub.Domain.Access.ApiKeys;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>A server-side secret under which the secrets of callers are digested.</summary>
/// <param name="version">Rises with every replacement.</param>
/// <param name="value">At least <see cref="MinLength"/> random bytes.</param>
#pragma warning disable CA1001 // Lives as long as the process.
internal sealed class Pepper(int version, byte[] value)
#pragma warning restore CA1001
{
    public const int MinLength = 32;

    /// <summary>The end of a sentence that begins with the pepper that is not of this form.</summary>
    public static readonly string Form = $"must be the base64 of at least {MinLength} random bytes; make one with: openssl rand -base64 32";

    private readonly ThreadLocal<IncrementalHash> _hashes = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, value));

    private static readonly byte[] FingerprintPurpose = "datahub pepper fingerprint"u8.ToArray();

    public int Version { get; } = version;

    /// <summary>The bytes of a pepper as it is written in configuration and files; null when it is not base64 or too short.</summary>
    public static byte[]? TryDecode(string text)
    {
        var value = new byte[text.Length];
        return Convert.TryFromBase64String(text, value, out var length) && length >= MinLength ? value[..length] : null;
    }

    /// <summary>HMAC-SHA-256 (RFC 2104) of a secret. Allocates nothing.</summary>
    public SecretDigest Digest(ReadOnlySpan<char> secret)
    {
        Span<byte> text = stackalloc byte[KeyFormat.MaxLength];
        Span<byte> digest = stackalloc byte[SecretDigest.Length];
        var length = Encoding.ASCII.GetBytes(secret, text);

        // A keyed hash that is kept costs half of a new one; it holds state, so every thread has its own.
        var hash = _hashes.Value!;
        hash.AppendData(text[..length]);
        hash.GetHashAndReset(digest);
        text.Clear();
        return new SecretDigest(digest);
    }

    /// <summary>Lets nodes compare their peppers without showing them.</summary>
    public byte[] Fingerprint() => HMACSHA256.HashData(value, FingerprintPurpose);

    /// <summary>A key of its own for another purpose (RFC 5869).</summary>
    public byte[] DeriveKey(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, value, 32, info: Encoding.UTF8.GetBytes(purpose));

    public override string ToString() => "[pepper]";
}

/// <summary>All peppers of the deployment, newest first.</summary>
/// <param name="peppers">At least one.</param>
internal sealed class PepperRing(IEnumerable<Pepper> peppers)
{
    private readonly Pepper[] _peppers = [.. peppers.OrderByDescending(p => p.Version)];

    public Pepper Current => _peppers[0];

    public IReadOnlyList<Pepper> All => _peppers;

    public Pepper? Find(int version) => Array.Find(_peppers, p => p.Version == version);
}
