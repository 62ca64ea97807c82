using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>Signs messages by Standard Webhooks 1.0.0: HMAC-SHA-256 over <c>{id}.{timestamp}.{body}</c>.</summary>
public static class StandardWebhooks
{
    /// <summary>The header of the message's id, the same over retries, replays and endpoints.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>The header of the attempt's time, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The header of the signatures.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>Signs a message with every key.</summary>
    /// <param name="id">The id; without a dot, which separates what is signed.</param>
    /// <param name="timestamp">Seconds since 1970, of this attempt.</param>
    /// <param name="body">The exact bytes that are sent.</param>
    /// <param name="keys">At least one; 24 to 64 bytes each.</param>
    /// <returns>The value of the header: <c>v1,</c> and the base64 of a signature for each key, separated by spaces. Several values in one header, since verifiers read the first header only.</returns>
    /// <exception cref="ArgumentException">The id has a dot, or there is no key.</exception>
    public static string Sign(string id, long timestamp, ReadOnlySpan<byte> body, ReadOnlySpan<ReadOnlyMemory<byte>> keys)
    {
        if (id.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException("The id of a message has no dot.", nameof(id));
        }

        if (keys.IsEmpty)
        {
            throw new ArgumentException("A message is signed with one key at least.", nameof(keys));
        }

        var head = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.");
        var length = Encoding.UTF8.GetByteCount(head) + body.Length;
        var signed = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(signed.AsSpan(Encoding.UTF8.GetBytes(head, signed)));
            return Sign(signed.AsSpan(0, length), keys);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(signed);
        }
    }

    private static string Sign(ReadOnlySpan<byte> signed, ReadOnlySpan<ReadOnlyMemory<byte>> keys)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var value = new StringBuilder(48 * keys.Length);
        Span<char> text = stackalloc char[44];
        foreach (var key in keys)
        {
            HMACSHA256.HashData(key.Span, signed, mac);
            Convert.TryToBase64Chars(mac, text, out _);
            value.Append(value.Length > 0 ? " v1," : "v1,").Append(text);
        }

        return value.ToString();
    }
}
