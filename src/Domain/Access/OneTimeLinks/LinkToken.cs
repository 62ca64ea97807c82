using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DataHub.Domain.Access.OneTimeLinks;

/// <summary>The token in a link: <c>dhl_</c> and 43 characters of base64url over 256 random bits.</summary>
public static class LinkToken
{
    /// <summary>Random bytes in a token.</summary>
    public const int EntropyLength = 32;

    /// <summary>Makes a token.</summary>
    /// <param name="entropy">Exactly <see cref="EntropyLength"/> random bytes.</param>
    public static string From(ReadOnlySpan<byte> entropy)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, EntropyLength);
        return "dhl_" + Base64Url.EncodeToString(entropy);
    }

    /// <summary>What the store finds a link by. A plain digest is enough: there is nothing to guess in 256 random bits.</summary>
    /// <param name="token">What was presented.</param>
    public static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
