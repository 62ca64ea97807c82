using System.Buffers.Text;
using System.Security.Cryptography;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Sessions;

/// <summary>A refresh token in clear: <c>dhr_</c> and 43 characters of base64url over 256 random bits. The store holds its digest only.</summary>
[Masked]
public sealed class RefreshSecret
{
    /// <summary>Random bytes in a token.</summary>
    public const int EntropyLength = 32;

    private const string Prefix = "dhr_";
    private const int TextLength = 43;

    private readonly byte[] _entropy;

    private RefreshSecret(byte[] entropy) => _entropy = entropy;

    /// <summary>Makes a token.</summary>
    /// <param name="entropy">Exactly <see cref="EntropyLength"/> random bytes.</param>
    public static RefreshSecret From(ReadOnlySpan<byte> entropy)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, EntropyLength);
        return new RefreshSecret(entropy.ToArray());
    }

    /// <summary>Reads a token that was presented.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Null when it cannot be one.</returns>
    public static RefreshSecret? Parse(string? text)
    {
        if (text is null || text.Length != Prefix.Length + TextLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var entropy = new byte[EntropyLength];
        return Base64Url.TryDecodeFromChars(text.AsSpan(Prefix.Length), entropy, out var length) && length == EntropyLength ? new RefreshSecret(entropy) : null;
    }

    /// <summary>What the store finds it by. A plain digest is enough: there is nothing to guess in 256 random bits.</summary>
    public byte[] Digest() => SHA256.HashData(_entropy);

    /// <summary>
    /// The next token, covered by this one. Whoever presents this token can uncover it, nobody else can: the cover is a digest of 256 bits that are
    /// used for nothing else, so the store alone does not reveal it.
    /// </summary>
    /// <param name="next">The token that follows.</param>
    public byte[] Cover(RefreshSecret next) => Xor(next._entropy);

    /// <summary>The next token from its cover.</summary>
    /// <param name="cover">What <see cref="Cover"/> returned.</param>
    public RefreshSecret Uncover(ReadOnlySpan<byte> cover) => new(Xor(cover));

    /// <summary>The token in clear, for the one answer that shows it.</summary>
    public string Reveal() => Prefix + Base64Url.EncodeToString(_entropy);

    /// <inheritdoc/>
    public override string ToString() => "[secret]";

    private byte[] Xor(ReadOnlySpan<byte> content)
    {
        Span<byte> input = stackalloc byte[EntropyLength + 1];
        _entropy.CopyTo(input);
        input[^1] = 1; // Apart from Digest, which the store knows.
        var result = SHA256.HashData(input);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] ^= content[i];
        }

        return result;
    }
}
