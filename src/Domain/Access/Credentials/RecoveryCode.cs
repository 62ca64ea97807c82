using System.Security.Cryptography;
using System.Text;

namespace DataHub.Domain.Access.Credentials;

/// <summary>A code that stands in for the second factor once: 16 characters of 5 random bits each, in groups of four.</summary>
public static class RecoveryCode
{
    /// <summary>Random bytes that a code takes.</summary>
    public const int EntropyLength = 16;

    // No letter that is taken for a digit when it is read from paper.
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Makes a code.</summary>
    /// <param name="entropy">Exactly <see cref="EntropyLength"/> random bytes.</param>
    public static string From(ReadOnlySpan<byte> entropy)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, EntropyLength);
        var text = new StringBuilder(EntropyLength + 3);
        for (var i = 0; i < entropy.Length; i++)
        {
            text.Append(i > 0 && i % 4 == 0 ? "-" : "").Append(Alphabet[entropy[i] & 31]);
        }

        return text.ToString();
    }

    /// <summary>What is kept of a code: 80 random bits need no slow hash. Dashes, spaces and case do not matter.</summary>
    /// <param name="code">What was typed.</param>
    public static byte[] DigestOf(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(c => c is not ('-' or ' '))).ToLowerInvariant()));
}
