using System.Globalization;

namespace DataHub.TestKit.Wire;

/// <summary>A request as an upstream got it, read by the letter of RFC 9112: whatever a lenient server could read in two ways is an error.</summary>
public sealed record WireRequest(string Line, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body, bool Complete)
{
    private const string TokenSigns = "!#$%&'*+-.^_`|~";

    /// <summary>Reads all that came over one connection; only the last request may be cut off, by the end of the connection.</summary>
    /// <exception cref="FormatException">The bytes can be read in more than one way.</exception>
    public static IReadOnlyList<WireRequest> ReadAll(string bytes)
    {
        var requests = new List<WireRequest>();
        for (var at = 0; at < bytes.Length;)
        {
            requests.Add(Read(bytes, ref at));
        }

        return requests;
    }

    private static WireRequest Read(string bytes, ref int at)
    {
        var end = bytes.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
        if (end < 0)
        {
            var part = bytes[at..];
            at = bytes.Length;
            return new WireRequest(part.Split("\r\n")[0], [], "", Complete: false);
        }

        var lines = bytes[at..end].Split("\r\n");
        at = end + 4;
        CheckLine(lines[0]);
        var headers = lines.Skip(1).Select(ReadHeader).ToList();
        Require(headers.Count(h => Is(h, "Host")) == 1, "one Host");
        var lengths = headers.Where(h => Is(h, "Content-Length")).ToList();
        var codings = headers.Where(h => Is(h, "Transfer-Encoding")).ToList();
        Require(lengths.Count + codings.Count <= 1, "one framing");
        var complete = true;
        var body = codings.Count == 1 ? ReadChunks(codings[0].Value, bytes, ref at, out complete)
            : lengths.Count == 1 ? ReadLength(lengths[0].Value, bytes, ref at, out complete) : "";
        return new WireRequest(lines[0], headers, body, complete);
    }

    private static void CheckLine(string line)
    {
        var parts = line.Split(' ');
        Require(parts.Length == 3 && parts[0].Length > 0 && parts[0].All(IsToken), $"a request line, not '{line}'");
        Require(parts[1].StartsWith('/') && parts[1].All(c => c is > ' ' and < '\u007F') && !parts[1].Contains('#', StringComparison.Ordinal), $"a path, not '{parts[1]}'");
        Require(parts[2] == "HTTP/1.1", "HTTP/1.1");
    }

    private static KeyValuePair<string, string> ReadHeader(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        Require(colon > 0 && line[..colon].All(IsToken), $"a field name in '{line}'");
        var value = line[(colon + 1)..];
        Require(value.All(c => c is '\t' or (>= ' ' and not '\u007F')), $"a field value in '{line}'");
        return KeyValuePair.Create(line[..colon], value.Trim(' ', '\t'));
    }

    private static string ReadLength(string value, string bytes, ref int at, out bool complete)
    {
        Require(value.Length > 0 && value.All(char.IsAsciiDigit), $"a length, not '{value}'");
        var length = int.Parse(value, CultureInfo.InvariantCulture);
        complete = bytes.Length - at >= length;
        var body = bytes.Substring(at, Math.Min(length, bytes.Length - at));
        at += body.Length;
        return body;
    }

    private static string ReadChunks(string coding, string bytes, ref int at, out bool complete)
    {
        Require(coding == "chunked", $"chunked, not '{coding}'");
        var body = "";
        while (true)
        {
            var end = bytes.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0)
            {
                at = bytes.Length;
                complete = false;
                return body;
            }

            var size = bytes[at..end];
            Require(size.Length > 0 && size.All(char.IsAsciiHexDigit), $"a chunk size, not '{size}'");
            var length = int.Parse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at = end + 2;
            complete = bytes.Length - at >= length + 2;
            if (!complete)
            {
                body += bytes[at..];
                at = bytes.Length;
                return body;
            }

            body += bytes.Substring(at, length);
            at += length;
            Require(bytes.AsSpan(at, 2).SequenceEqual("\r\n"), "the end of a chunk");
            at += 2;
            if (length == 0)
            {
                return body;
            }
        }
    }

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || TokenSigns.Contains(c, StringComparison.Ordinal);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FormatException($"Expected {what}.");
        }
    }
}
