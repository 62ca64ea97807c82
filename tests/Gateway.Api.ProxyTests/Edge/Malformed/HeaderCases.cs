using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Header sections that are none (RFC 9112 §5, RFC 9110 §5).</summary>
internal static class HeaderCases
{
    // Signs that a field name does not have.
    private const string NoToken = "\"(),/;<=>?@[\\]{} \t\0\u0001\u000B\u001F\u007F\u0080\u00FF";

    private static readonly string[] Lines =
    [
        "X-A : x", "X-A\t: x", "X-A \t : x", "X-A\u00A0: x", "X-A\u000B: x", "X-A\r: x", "X-A\n: x", " X-A: x", "\tX-A: x", ": x", ":", " : x", "X-A", "X-A x", "just words", "=x", "\0", "X-\u0000A: x",
        "X-API-Key : x", "Host : smuggled", "Cookie : a",
        "GET /gateway/raw/smuggled HTTP/1.1",
    ];

    // Control characters that a value does not have; a tab is fine.
    private static readonly string[] Values =
    [
        "a\0b", "\0", "a\rb", "a\r", "\r", "a\nb", "a\rX-Smuggled: 1", "a\nX-Smuggled: 1", "a\r\rb", "\u00FF\u00FE", "\u00C3", "\u00C0\u00AE", "\u00ED\u00A0\u0080",
    ];

    private static readonly string[] Folds = [" folded", "\tfolded", " X-Smuggled: 1", "\t\tX-Smuggled: 1", " ", "\t", "  \t "];

    // Lines in the place of "Host: h".
    private static readonly (string Lines, int Passes)[] Hosts =
    [
        ("", 0), ("Host:\r\n", 0), ("Host: \r\n", 0), ("Host: h\r\nHost: h\r\n", 0), ("Host: h\r\nhost: smuggled\r\n", 0), ("HOST: h\r\nHost: smuggled\r\n", 0), ("Host: h, smuggled\r\n", 0), ("Host: h smuggled\r\n", 0),
        ("Host: h/smuggled\r\n", 0), ("Host: h?x\r\n", 0), ("Host: h#x\r\n", 0), ("Host: user@h\r\n", 0), ("Host: http://h\r\n", 0), ("Host: h:\r\n", 0), ("Host: h:x\r\n", 0), ("Host: h:-1\r\n", 0), ("Host: h:99999\r\n", 1),
        ("Host: h:80:80\r\n", 0), ("Host: [::1\r\n", 0), ("Host: ::1\r\n", 0), ("Host: [::1]x\r\n", 0), ("Host: [::g]\r\n", 0), ("Host: h\\x\r\n", 0), ("Host: h\0\r\n", 0), ("Host: h\u0001\r\n", 0), ("Host: h\u00FF\r\n", 0),
        ("Host: h;x\r\n", 0), ("Host: \"h\"\r\n", 0), ("Host: <h>\r\n", 0), ("Host: h|x\r\n", 0), ("Host: h^x\r\n", 0), ("Host: h`x\r\n", 0), ("Host: {h}\r\n", 0), ("Host: h%00\r\n", 0), ("Host: %zz\r\n", 0),
        (" Host: h\r\n", 0), ("Host : h\r\n", 0), ("Host\t: h\r\n", 0), ("Host\0: h\r\n", 0), ("X-Host: h\r\n", 0), ("Host_: h\r\n", 0), ("Host: h\r\n smuggled\r\n", 0), ("Host: h\r\n\r\nHost: smuggled\r\n", 1),
    ];

    public static IEnumerable<MalformedCase> All() =>
    [
        .. NoToken.Select(c => new MalformedCase($"sign '{Show(c.ToString())}' in a field name", Get($"X{c}A: x\r\n"))),
        .. Lines.Select(l => new MalformedCase($"line '{Show(l)}'", Get(l + "\r\n"))),
        .. Lines.Take(12).Select(l => new MalformedCase($"first line '{Show(l)}'", $"GET {Target} HTTP/1.1\r\n{l}\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n")),
        .. Values.Select(v => new MalformedCase($"value '{Show(v)}'", Get($"X-A: {v}\r\n"))),
        .. Folds.Select(f => new MalformedCase($"fold '{Show(f)}'", Get($"X-A: x\r\n{f}\r\n"))),
        .. Folds.Select(f => new MalformedCase($"fold of the host '{Show(f)}'", $"GET {Target} HTTP/1.1\r\nHost: h\r\n{f}\r\nX-API-Key: {Key}\r\n\r\n")),
        .. Folds.Take(4).Select(f => new MalformedCase($"fold before the first field '{Show(f)}'", $"GET {Target} HTTP/1.1\r\n{f}\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n")),
        .. Hosts.Select(h => new MalformedCase($"host '{Show(h.Lines)}'", $"GET {Target} HTTP/1.1\r\n{h.Lines}X-API-Key: {Key}\r\n\r\n") { Passes = h.Passes }),
        new("lines end in a line feed", $"GET {Target} HTTP/1.1\r\nHost: h\nX-API-Key: {Key}\n\r\n"),
        new("the last empty line is a line feed", $"GET {Target} HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\n"),
        new("lines end in a carriage return", $"GET {Target} HTTP/1.1\r\nHost: h\rX-API-Key: {Key}\r\r\n"),
        new("the empty line is CR CR LF", $"GET {Target} HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\r\n") { EndsThere = true },
        new("101 fields", Get(string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: x\r\n")))),
        new("10,000 fields", Get(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: x\r\n")))),
        new("10,000 times the same field", Get(string.Concat(Enumerable.Repeat("X-A: x\r\n", 10_000)))),
        new("a field of 40 KiB", Get($"X-A: {new string('x', 40 * 1024)}\r\n")),
        new("a field of 1 MiB", Get($"X-A: {new string('x', 1024 * 1024)}\r\n")),
        new("a field name of 40 KiB", Get($"X-{new string('x', 40 * 1024)}: x\r\n")),
        new("an endless value without an end", $"GET {Target} HTTP/1.1\r\nHost: {new string('h', 64 * 1024)}"),
    ];
}
