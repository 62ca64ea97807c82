using System.Buffers;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>
/// How the server reads header fields: the one place where the edge sees a field before the server has made something of it. Names
/// that are no token and lengths that are no plain number, which the server takes, are refused here; it then answers 400 and closes.
/// </summary>
internal static class HeaderFieldEncodings
{
    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> TokenSigns =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Whether a field name is a token (RFC 9110 §5.6.2).</summary>
    /// <param name="name">The name.</param>
    public static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenSigns);

    /// <summary>The encoding of a field's value; null for UTF-8.</summary>
    /// <param name="name">The field name as received, or a pseudo-field of HTTP/2.</param>
    /// <exception cref="InvalidOperationException">The name is no token.</exception>
    public static Encoding? Of(string name)
    {
        var at = name.AsSpan().IndexOfAnyExcept(TokenSigns);
        if (at >= 0 && (at > 0 || name[0] != ':' || name.AsSpan(1).ContainsAnyExcept(TokenSigns)))
        {
            throw new InvalidOperationException("A field name is not a token.");
        }

        return name.Length switch
        {
            10 when name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) => ConnectionHeaderEncoding.Instance,
            14 when name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) => DigitsEncoding.Instance,
            _ => null,
        };
    }

    /// <summary>Reads digits and nothing else: the server would take a sign, which others read differently (RFC 9110 §8.6).</summary>
    private sealed class DigitsEncoding : Encoding
    {
        public static readonly DigitsEncoding Instance = new();

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            if (bytes.IsEmpty || bytes.Length > chars.Length || bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                throw new InvalidOperationException("Content-Length is not a number.");
            }

            return Latin1.GetChars(bytes, chars);
        }

        public override int GetMaxCharCount(int byteCount) => byteCount;

        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetMaxByteCount(int charCount) => charCount;
    }
}
