using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>What is kept of an answer: the beginning of its body and some of its headers.</summary>
internal static class AnswerHead
{
    /// <summary>Most bytes of a body that are kept. One more is read, to know whether there are more.</summary>
    public const int MaxBytes = 16 * 1024;

    private const int MaxValueLength = 512;

    private static readonly string[] Kept =
    [
        "content-type", "content-length", "content-encoding", "date", "server", "location", "retry-after", "allow", "www-authenticate", "via", "age", "cache-control",
        "x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amzn-trace-id", "cf-ray", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
        "ratelimit", "ratelimit-policy",
    ];

    // What is shown in a console is escaped there; here it must be JSON only.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Reads the beginning of a body, as it comes: nothing is unpacked.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>At most <see cref="MaxBytes"/>, whether there are more, and what ended the body early; null: nothing.</returns>
    public static async ValueTask<(byte[] Head, bool Truncated, ExceptionDispatchInfo? Broken)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength == 0)
        {
            return ([], false, null);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes + 1);
        var length = 0;
        try
        {
            while (length <= MaxBytes)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length, MaxBytes + 1 - length), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            return (buffer[..Math.Min(length, MaxBytes)], length > MaxBytes, null);
        }
        catch (Exception e)
        {
            return (buffer[..length], true, ExceptionDispatchInfo.Capture(e));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The headers that are kept, as JSON object; long values are cut.</summary>
    /// <param name="response">The answer.</param>
    public static string HeadersOf(HttpResponseMessage response)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json, Compact))
        {
            writer.WriteStartObject();
            foreach (var name in Kept)
            {
                if (First(response.Headers, name) is { } value || (name[0] is 'c' or 'a' && First(response.Content.Headers, name) is { } content && (value = content) is not null))
                {
                    writer.WriteString(name, Clean(value));
                }
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary>The first value of a header, unread.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="name">Its name.</param>
    /// <returns>Null when there is none.</returns>
    public static string? First(HttpHeaders headers, string name)
    {
        if (headers.NonValidated.TryGetValues(name, out var values))
        {
            foreach (var value in values)
            {
                return value;
            }
        }

        return null;
    }

    // The database takes no NUL in texts.
    private static ReadOnlySpan<char> Clean(string value)
    {
        var cut = value.Length > MaxValueLength ? value[..MaxValueLength] : value;
        return cut.Contains('\0', StringComparison.Ordinal) ? cut.Replace('\0', '\uFFFD') : cut;
    }
}
