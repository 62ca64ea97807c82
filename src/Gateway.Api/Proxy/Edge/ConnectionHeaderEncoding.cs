using System.Text;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>
/// Reads the <c>Connection</c> header so that the server leaves its tokens in place. The server replaces the whole value by a constant
/// when it finds just one of keep-alive, close or upgrade in it, and with that forgets which fields the caller declared hop-by-hop.
/// So keep-alive, which HTTP/1.1 implies, is left out, and is added beside the other two, since a pair is not replaced.
/// </summary>
internal sealed class ConnectionHeaderEncoding : Encoding
{
    /// <summary>The encoding.</summary>
    public static readonly ConnectionHeaderEncoding Instance = new();

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) => Read(bytes.AsSpan(index, count)).Length;

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var text = Read(bytes.AsSpan(byteIndex, byteCount));
        text.CopyTo(0, chars, charIndex, text.Length);
        return text.Length;
    }

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => byteCount + KeepAlive.Length + 2;

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => charCount;

    private const string KeepAlive = "keep-alive";

    private static string Read(ReadOnlySpan<byte> bytes)
    {
        // What nearly every client sends.
        if (Ascii.EqualsIgnoreCase(bytes, KeepAlive))
        {
            return "";
        }

        var tokens = Latin1.GetString(bytes).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(t => !t.Equals(KeepAlive, StringComparison.OrdinalIgnoreCase)).ToList();
        if (tokens.Exists(t => t.Equals("close", StringComparison.OrdinalIgnoreCase) || t.Equals("upgrade", StringComparison.OrdinalIgnoreCase)))
        {
            tokens.Add(KeepAlive);
        }

        return string.Join(", ", tokens);
    }
}
