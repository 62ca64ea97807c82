using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Heads that leave open where the request ends (RFC 9112 §6). Behind each stands a request that only the other reading would see.</summary>
internal static class FramingCases
{
    private static readonly string[] Lengths =
    [
        "", " ", "abc", "-1", "-0", "0x5", "5x", "x5", "5 5", "5,5", "5, 5", "5,", ",5", "5;5", "5.0", "5e0", "1e1", "5\0", "\05", "5\u000B", "5\u00A0", "\u00D9\u00A5", "\u00B2", "0b1", "5_0", "'5'", "\"5\"", "5h", "++5", "+-5", "- 5",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551621", "36893488147419103237", "99999999999999999999999999", "4294967301000000", "-9223372036854775808",
    ];

    // Codings that are not exactly "chunked"; a lenient server takes some of them for it, a strict one does not.
    private static readonly string[] Codings =
    [
        "xchunked", "chunkedx", "chunke", "c hunked", "chunked\0", "\0chunked", "chunked\u000B", "\u000Bchunked", "chunked\u000C", "chunked\u00A0", "\u00A0chunked", "\"chunked\"", "'chunked'", "chunked;q=1", "chunked; x=y", "chunked chunked",
        "chunked, chunked", "chunked,chunked", "chunked, identity", "identity, chunked, identity", "chunked, gzip", "gzip", "gzip, deflate", "deflate", "compress", "br", "identity", "x", "cow", "", " ", ",", "chunked, cow", "cow, chunked, cow",
        "chunked\r\n , identity", "\r\n chunked", "\r\n\tchunked", "chun\r\n ked", "\u00E7hunked", "true", "1", "*/*", "none",
    ];

    // The whole line spelt so that one of two servers does not see it.
    private static readonly string[] HiddenLines =
    [
        "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "Transfer-Encoding\u000B: chunked", " Transfer-Encoding: chunked", "\tTransfer-Encoding: chunked", "X: x\nTransfer-Encoding: chunked", "X: x\rTransfer-Encoding: chunked",
        "X: x\r\n Transfer-Encoding: chunked", "Transfer-Encoding\r\n : chunked", "Transfer-Encoding\n: chunked", "Transfer-Encoding\0: chunked", "\0Transfer-Encoding: chunked", "Transfer-Encoding chunked", "Transfer-Encoding:chunked\n",
        "\"Transfer-Encoding\": chunked", "(Transfer-Encoding): chunked", "Transfer Encoding: chunked",
    ];

    private static readonly string[] HiddenLengths =
    [
        "Content-Length : {0}", "Content-Length\t: {0}", " Content-Length: {0}", "X: x\nContent-Length: {0}", "X: x\rContent-Length: {0}", "X: x\r\n Content-Length: {0}", "Content-Length\0: {0}", "Content-Length\u000B: {0}", "Content-Length {0}", "Content-Length\r\n : {0}",
    ];

    private const string Chunked = "Transfer-Encoding: chunked\r\n";
    private const string Empty = "0\r\n\r\n";

    public static IEnumerable<MalformedCase> All() =>
    [
        .. Lengths.Select(l => new MalformedCase($"length '{Show(l)}'", Post($"Content-Length: {l}\r\n", "hello" + Smuggled))),
        .. Lengths.Take(24).Select(l => new MalformedCase($"length 5, then '{Show(l)}'", Post($"Content-Length: 5\r\nContent-Length: {l}\r\n", "hello" + Smuggled))),
        .. Codings.Select(c => new MalformedCase($"coding '{Show(c)}'", Post($"Transfer-Encoding: {c}\r\n", Empty + Smuggled))),
        .. Codings.Select(c => new MalformedCase($"coding '{Show(c)}' and a length", Post($"Content-Length: {Empty.Length + Smuggled.Length}\r\nTransfer-Encoding: {c}\r\n", Empty + Smuggled))),
        .. Codings.Take(20).Select(c => new MalformedCase($"codings 'chunked' and '{Show(c)}'", Post($"{Chunked}Transfer-Encoding: {c}\r\n", Empty + Smuggled))),
        .. HiddenLines.Select(l => new MalformedCase($"hidden '{Show(l)}' and a length", Post($"Content-Length: {Empty.Length + Smuggled.Length}\r\n{l}\r\n", Empty + Smuggled))),
        .. HiddenLines.Select(l => new MalformedCase($"hidden '{Show(l)}' alone", Post($"{l}\r\n", Empty + Smuggled))),
        .. HiddenLengths.Select(l => new MalformedCase($"hidden '{Show(l)}' and chunked", Post(Chunked + l.Replace("{0}", "5", StringComparison.Ordinal) + "\r\n", Empty + Smuggled))),
        .. HiddenLengths.Select(l => new MalformedCase($"hidden '{Show(l)}' alone", Post(l.Replace("{0}", $"{Smuggled.Length}", StringComparison.Ordinal) + "\r\n", Smuggled))),
        new("length, then chunked", Post("Content-Length: 5\r\n" + Chunked, Empty + Smuggled)),
        new("chunked, then length", Post(Chunked + "Content-Length: 5\r\n", Empty + Smuggled)),
        new("chunked and a length of 0", Post(Chunked + "Content-Length: 0\r\n", Empty + Smuggled)),
        new("chunked and two lengths", Post(Chunked + "Content-Length: 5\r\nContent-Length: 6\r\n", Empty + Smuggled)),
        new("chunked between two lengths", Post("Content-Length: 5\r\n" + Chunked + "Content-Length: 5\r\n", Empty + Smuggled)),
        new("chunked twice", Post(Chunked + Chunked, Empty + Smuggled)),
        new("chunked and a length that Connection names", Post(Chunked + "Content-Length: 5\r\nConnection: Content-Length\r\n", Empty + Smuggled)),
        new("chunked and a length on a GET", Get(Chunked + "Content-Length: 5\r\n") + Empty + Smuggled),
        new("two different lengths", Post("Content-Length: 5\r\nContent-Length: 0\r\n", "hello" + Smuggled)),
        new("the same length twice", Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello" + Smuggled)),
        new("a length in another case", Post("Content-Length: 5\r\ncontent-length: 0\r\n", "hello" + Smuggled)),
        new("the name the server hides a length under", Post(Chunked + "X-Content-Length: 5\r\n", Empty + Smuggled)),
        new("a length with a plus sign", Post("Content-Length: +5\r\n", "hello" + Smuggled)),
        new("a length with leading zeros", Post("Content-Length: 0000000005\r\n", "hello")) { Passes = 1 },
        new("chunked in capitals", Post("Transfer-Encoding: CHUNKED\r\n", Empty)) { Passes = 1 },
        new("lengths and codings with underscores", Post("Content-Length: 5\r\nContent_Length: 0\r\nTransfer_Encoding: chunked\r\n", "hello")) { Passes = 1 },
        new("a length on a GET", Get("Content-Length: 5\r\n") + "hello") { Passes = 1 },
        new("HTTP/1.0 with chunked and a length", Get(Chunked + "Content-Length: 5\r\n", method: "POST", version: "HTTP/1.0") + Empty + Smuggled),
        new("an upgrade to h2c", Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")) { Passes = 1 },
        new("an upgrade to h2c with a body", Post("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n", "hello")) { Passes = 1 },
        new("an expectation that nobody has", Post("Expect: nonsense\r\nContent-Length: 5\r\n", "hello")) { Passes = 1 },
    ];
}
