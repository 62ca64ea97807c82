using System.Globalization;

namespace DataHub.TestKit.Wire;

/// <summary>One answer among those that came over a connection.</summary>
public sealed record WireAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>True when the server says that it closes the connection.</summary>
    public bool Closes => string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Splits the bytes into answers; false when the last one is not whole yet. Interim answers are left out.</summary>
    public static bool TryReadAll(string text, out IReadOnlyList<WireAnswer> answers)
    {
        var all = new List<WireAnswer>();
        answers = all;
        for (var at = 0; at < text.Length;)
        {
            if (Read(text, ref at) is not { } answer)
            {
                return false;
            }

            if (answer.Status >= 200)
            {
                all.Add(answer);
            }
        }

        return true;
    }

    private static WireAnswer? Read(string text, ref int at)
    {
        var end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = text[at..end].Split("\r\n");
        var status = lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && int.TryParse(lines[0].AsSpan(9, 3), out var code)
            ? code : throw new FormatException($"No status line: {lines[0]}");
        var headers = lines.Skip(1).Select(l => KeyValuePair.Create(l[..l.IndexOf(':', StringComparison.Ordinal)], l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())).ToList();
        var head = new WireAnswer(status, headers, "");
        var start = end + 4;
        var length = head.Header("Content-Length") is { } text1 ? int.Parse(text1, CultureInfo.InvariantCulture) : 0;
        if (head.Header("Transfer-Encoding") is not null)
        {
            var last = text.IndexOf("0\r\n\r\n", start, StringComparison.Ordinal);
            length = last < 0 ? int.MaxValue - start : last + 5 - start;
        }

        if (start + length > text.Length)
        {
            return null;
        }

        at = start + length;
        return head with { Body = text[start..at] };
    }
}
