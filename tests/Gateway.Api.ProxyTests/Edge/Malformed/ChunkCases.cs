using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Chunked bodies that are none (RFC 9112 §7.1), each followed by a request that a lenient reading would see.</summary>
internal static class ChunkCases
{
    // In the place of the size of a chunk of five bytes.
    private static readonly string[] Sizes =
    [
        "", " ", "g", "-5", "+5", " 5", "\t5", "0x5", "5x", "5h", "5 5", "5,5", "5.0", "\05", "5\0", "5\u000B", "\u00D9\u00A5", "\u00FF", "5\r", "5\n", "\r5", "\n5", "5\r;x", "5;\nx", "5;x\n", "5;x\ny", "5;x\r", "5;x\ry", "5;x=\"a\nb\"", "5;x=\"a\r\nb\"",
        "80000000", "FFFFFFFF", "100000000", "100000005", "7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF", "10000000000000005", "FFFFFFFFFFFFFFFFFFFFFFFF", "-1", "-FFFFFFFB", "0x",
    ];

    // What comes behind the size and its line's end.
    private static readonly (string Name, string Body)[] Bodies =
    [
        ("data longer than its size", "5\r\nhello!\r\n0\r\n\r\n"),
        ("data shorter than its size", "6\r\nhello\r\n0\r\n\r\n"),
        ("no line end behind the data", "5\r\nhello0\r\n\r\n"),
        ("a line feed behind the data", "5\r\nhello\n0\r\n\r\n"),
        ("a carriage return behind the data", "5\r\nhello\r0\r\n\r\n"),
        ("two line ends behind the data", "5\r\nhello\r\n\r\n0\r\n\r\n"),
        ("a space behind the data", "5\r\nhello \r\n0\r\n\r\n"),
        ("a line feed behind the size", "5\nhello\r\n0\r\n\r\n"),
        ("a carriage return behind the size", "5\rhello\r\n0\r\n\r\n"),
        ("all lines end in a line feed", "5\nhello\n0\n\n"),
        ("the last size ends in a line feed", "0\n\r\n"),
        ("the last line is a line feed", "0\r\n\n"),
        ("the end is two line feeds", "0\n\n"),
        ("the end is two carriage returns", "0\r\r"),
        ("a minus before the last size", "-0\r\n\r\n"),
        ("the size in brackets", "(5)\r\nhello\r\n0\r\n\r\n"),
        ("plain text", "hello\r\n\r\n"),
        ("a request for a chunk", "GET / HTTP/1.1\r\n\r\n"),
        ("a trailer without a name", "0\r\n: x\r\n\r\n"),
        ("a trailer with a space before its colon", "0\r\nX-A : x\r\n\r\n"),
        ("a trailer that is folded", "0\r\nX-A: x\r\n folded\r\n\r\n"),
        ("a trailer without a colon", "0\r\nX-A\r\n\r\n"),
        ("a trailer whose name is no token", "0\r\n(X): x\r\n\r\n"),
        ("a trailer with NUL", "0\r\nX-A: \0\r\n\r\n"),
        ("a trailer with a line feed", "0\r\nX-A: x\nX-Smuggled: 1\r\n\r\n"),
        ("10,000 trailers", $"0\r\n{string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: x\r\n"))}\r\n"),
        ("a trailer of 64 KiB", $"0\r\nX-A: {new string('x', 64 * 1024)}\r\n\r\n"),
        ("a size of 64 KiB of zeros", $"{new string('0', 64 * 1024)}5\r\nhello\r\n0\r\n\r\n"),
    ];

    // Read in the one way there is; what the upstream gets is written anew.
    private static readonly (string Name, string Body)[] Fine =
    [
        ("an extension of 64 KiB", $"5;{new string('x', 64 * 1024)}\r\nhello\r\n0\r\n\r\n"),
        ("an extension with NUL", "5;\0\r\nhello\r\n0\r\n\r\n"),
        ("leading zeros", "00000005\r\nhello\r\n0\r\n\r\n"),
        ("an extension", "5;name=value\r\nhello\r\n0;last\r\n\r\n"),
        ("a quoted extension", "5;name=\"a;b\"\r\nhello\r\n0\r\n\r\n"),
        ("capitals", "A\r\nhellohello\r\n0\r\n\r\n"),
        ("a length in the trailer", "5\r\nhello\r\n0\r\nContent-Length: 0\r\n\r\n"),
        ("framing in the trailer", "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("identity in the trailer", "5\r\nhello\r\n0\r\nX-Consumer-Id: smuggled\r\nX-API-Key: smuggled\r\nHost: smuggled\r\n\r\n"),
    ];

    private static readonly string[] Cuts = ["", "5", "5\r", "5\r\n", "5\r\nhe", "5\r\nhello", "5\r\nhello\r", "5\r\nhello\r\n", "5\r\nhello\r\n0", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\n\r", "5;", "5;x"];

    private const string Head = "Transfer-Encoding: chunked\r\n";

    public static IEnumerable<MalformedCase> All() =>
    [
        .. Sizes.Select(s => new MalformedCase($"chunk size '{Show(s)}'", Post(Head, $"{s}\r\nhello\r\n0\r\n\r\n{Smuggled}")) { BreaksOff = true, EndsThere = s.Length > 7 }),
        .. Sizes.Select(s => new MalformedCase($"second chunk size '{Show(s)}'", Post(Head, $"3\r\nabc\r\n{s}\r\nhello\r\n0\r\n\r\n{Smuggled}")) { BreaksOff = true, EndsThere = s.Length > 7 }),
        .. Bodies.Select(b => new MalformedCase($"chunks: {b.Name}", Post(Head, b.Body + Smuggled)) { BreaksOff = true }),
        .. Fine.Select(b => new MalformedCase($"chunks: {b.Name}", Post(Head, b.Body)) { Passes = 1 }),
        .. Cuts.Select(c => new MalformedCase($"chunks cut off after '{Show(c)}'", Post(Head, c)) { BreaksOff = true, EndsThere = true }),
        .. Enumerable.Range(0, 5).Select(n => new MalformedCase($"a body of 5 cut off after {n}", Post("Content-Length: 5\r\n", "hello"[..n])) { BreaksOff = true, EndsThere = true }),
    ];
}
