using System.Buffers.Binary;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>
/// The keyed digest of a secret: 32 bytes of HMAC-SHA-256 under a pepper. A plain struct, so that a look-up by digest allocates nothing.
/// </summary>
/// <remarks>
/// Secrets carry at least 128 random bits, so a fast digest is enough: stretching answers guessable passwords (NIST SP 800-63B). The pepper
/// keeps a reader of the database from forging or testing keys.
/// </remarks>
[Masked]
public readonly struct SecretDigest : IEquatable<SecretDigest>
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes a digest from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Length"/> bytes.</param>
    public SecretDigest(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The digest as bytes, for the store.</summary>
    /// <returns>A new array of <see cref="Length"/> bytes.</returns>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), _d);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(SecretDigest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SecretDigest other && Equals(other);

    // Output of a keyed function: a caller cannot aim at a bucket, so eight bytes of it are hash enough.
    /// <inheritdoc/>
    public override int GetHashCode() => (int)_a ^ (int)(_a >> 32);

    /// <summary>Same bytes.</summary>
    /// <param name="left">One digest.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(SecretDigest left, SecretDigest right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    /// <param name="left">One digest.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(SecretDigest left, SecretDigest right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => "[digest]";
}
