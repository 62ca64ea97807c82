using DataHub.TestKit.Wire;
using static DataHub.TestKit.Wire.Http2Wire;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>A request over HTTP/2 that is none (RFC 9113 §8), or would not be one any more when written as HTTP/1.1.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Build">Makes the bytes after the preface from a key and the path of the case.</param>
public sealed record Http2Case(string Name, Func<string, string, byte[]> Build)
{
    /// <summary>True where there is one reading only: it may be answered 200.</summary>
    public bool Passes { get; init; }

    public override string ToString() => Name;
}

internal static class Http2Cases
{
    private const string Path = "{path}";

    // Where HTTP/2 forbids a field of the connection and the server lets it pass, the gateway drops it; a host beside the authority is not read.
    // Fields in the place of those of the same name, or behind them.
    private static readonly (string Name, string Value, bool Passes)[] Fields =
    [
        ("X-A", "x", false), ("x-A", "x", false), ("Host", "h", false), ("", "x", false), ("x a", "x", false), ("x-a ", "x", false), (" x-a", "x", false), ("x-a\r\nx-smuggled", "x", false), ("x-a\nx-smuggled", "x", false), ("x\0a", "x", false),
        ("x:a", "x", false), ("x\u007Fa", "x", false), ("x\u00E9", "x", false), ("x(a)", "x", false), (":", "x", false), (":unknown", "x", false), (":status", "200", false), (":protocol", "websocket", false),
        ("x-a", "x\r\nx-smuggled: 1", false), ("x-a", "x\nx-smuggled: 1", false), ("x-a", "x\rx-smuggled: 1", false), ("x-a", "\0", false), ("x-a", "x\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n", false), ("x-a", "\u00FF\u00FE", false),
        ("connection", "keep-alive", false), ("connection", "x-a", false), ("keep-alive", "timeout=5", true), ("proxy-connection", "keep-alive", true), ("transfer-encoding", "chunked", false), ("upgrade", "h2c", true), ("te", "gzip", false),
        ("te", "trailers", true), ("cookie", "a=1", true),
        (":path", "", false), (":path", "x", false), (":path", "*", false), (":path", "{path} HTTP/1.1\r\nx-smuggled: 1", false), (":path", "{path}\r\n", false), (":path", "{path} x", false), (":path", "{path}\0", false), (":path", "{path}#x", false),
        (":path", "{path}/../x", false), (":path", "{path}/%2e%2e/x", false), (":path", "{path}//x", false), (":path", "{path}/%2f", false), (":path", "{path}/%zz", false), (":path", "{path}\\x", false), (":path", "{path};x", false), (":path", "{path}/%00", false),
        (":path", "{path}/%c0%ae", false), (":path", "{path}\u00FF", false), (":path", "http://h{path}", false), (":path", "//smuggled{path}", false), (":path", "{path}?x\r\ny", false),
        (":method", "", false), (":method", "G T", false), (":method", "GET\r\n", false), (":method", "GET / HTTP/1.1\r\nHost: smuggled\r\n\r\nGET", false), (":method", "G\0T", false), (":method", "TRACE", false), (":method", "CONNECT", false), (":method", "G:T", false),
        (":scheme", "", false), (":scheme", "https", false), (":scheme", "ftp", false), (":scheme", "http\r\nx-smuggled: 1", false), (":scheme", "http://smuggled/?", false),
        (":authority", "h h", false), (":authority", "h/smuggled", false), (":authority", "user@h", false), (":authority", "h\r\nx-smuggled: 1", false), (":authority", "h\0", false), (":authority", "h?x", false), (":authority", "h#x", false), (":authority", "h:x", false),
        (":authority", "http://h", false), (":authority", "", false), ("host", "smuggled", true), ("host", "h", true),
        ("content-length", "5", false), ("content-length", "-1", false), ("content-length", "x", false), ("content-length", "0, 0", false), ("content-length", "18446744073709551616", false),
    ];

    private static readonly string[] Twice = [":method", ":scheme", ":path", ":authority"];

    private static readonly (string Name, byte[] Frames)[] Frames =
    [
        ("data before the headers", Frame(Data, EndStream, 1, "hello"u8.ToArray())),
        ("headers on stream 0", Http2Wire.Headers([(":method", "GET")], stream: 0)),
        ("headers on an even stream", Http2Wire.Headers([(":method", "GET")], stream: 2)),
        ("a continuation of nothing", Frame(0x9, EndHeaders, 1, [0])),
        ("headers without an end, then data", [.. Frame(HeadersType, EndStream, 1, [0x82]), .. Frame(Data, EndStream, 1, [1])]),
        ("a compressed field out of nowhere", Frame(HeadersType, EndHeaders | EndStream, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])),
        ("an index that is not there", Frame(HeadersType, EndHeaders | EndStream, 1, [0xFE])),
        ("index 0", Frame(HeadersType, EndHeaders | EndStream, 1, [0x80])),
        ("a text that is cut off", Frame(HeadersType, EndHeaders | EndStream, 1, [0x00, 0x7E, 0x41])),
        ("an endless integer", Frame(HeadersType, EndHeaders | EndStream, 1, [0x00, 0x7F, .. Enumerable.Repeat((byte)0xFF, 20)])),
        ("bad Huffman", Frame(HeadersType, EndHeaders | EndStream, 1, [0x00, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x00])),
        ("a dynamic table of 4 GiB", Frame(HeadersType, EndHeaders | EndStream, 1, [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F])),
        ("more padding than frame", Frame(HeadersType, EndHeaders | EndStream | 0x8, 1, [0xFF, 0x82])),
        ("a frame of 16 MiB", [0xFF, 0xFF, 0xFF, .. Frame(HeadersType, EndHeaders, 1, [])[3..]]),
        ("settings of seven bytes", Frame(0x4, 0, 0, new byte[7])),
        ("settings on a stream", Frame(0x4, 0, 1, [])),
        ("a ping of seven bytes", Frame(0x6, 0, 0, new byte[7])),
        ("a window that grows by nothing", Frame(0x8, 0, 0, new byte[4])),
        ("a window that overflows", [.. Frame(0x8, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]), .. Frame(0x8, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF])]),
        ("a push from a client", Frame(0x5, EndHeaders, 1, [0, 0, 0, 2, 0x82])),
        ("a reset of an idle stream", Frame(0x3, 0, 1, new byte[4])),
    ];

    public static IEnumerable<Http2Case> All() =>
    [
        .. Fields.Select(f => new Http2Case($"{MalformedCase.Show(f.Name)}: {MalformedCase.Show(f.Value)}", (key, path) => Http2Wire.Headers(With(key, path, f.Name, f.Value))) { Passes = f.Passes }),
        .. Twice.Select(n => new Http2Case($"{n} twice", (key, path) => Http2Wire.Headers([.. Good(key, path), Good(key, path).First(f => f.Name == n)]))),
        .. Twice.Take(3).Select(n => new Http2Case($"no {n}", (key, path) => Http2Wire.Headers(Good(key, path).Where(f => f.Name != n)))),
        .. Twice.Select(n => new Http2Case($"{n} behind a field", (key, path) => Http2Wire.Headers(Good(key, path).OrderBy(f => f.Name == n)))),
        .. Frames.Select(f => new Http2Case(f.Name, (_, _) => f.Frames)),
        new("no authority and no host", (key, path) => Http2Wire.Headers(Good(key, path).Where(f => f.Name != ":authority"))),
        new("a length that is more than comes", (key, path) => Body(key, path, "10", "hello")),
        new("a length that is less than comes", (key, path) => Body(key, path, "3", "hello" + MalformedCase.Smuggled)),
        new("two lengths", (key, path) => [.. Http2Wire.Headers([.. Good(key, path), ("content-length", "5"), ("content-length", "3")], endStream: false), .. Frame(Data, EndStream, 1, "hello"u8.ToArray())]),
        new("a body that looks like chunks", (key, path) => Body(key, path, "5", "0\r\n\r\n")) { Passes = true },
        new("pseudo-fields in the trailer", (key, path) => [.. Http2Wire.Headers(Good(key, path), endStream: false), .. Http2Wire.Headers([(":path", "/smuggled")])]),
        new("40 KiB of fields", (key, path) => Many(key, path)),
        new("an endless continuation", (key, path) => [.. Frame(HeadersType, EndStream, 1, Block(Good(key, path))), .. Enumerable.Range(0, 200).SelectMany(i => Frame(0x9, 0, 1, Block([($"x-{i}", new string('x', 1000))])))]),
    ];

    private static (string Name, string Value)[] Good(string key, string path) =>
        [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "h"), ("x-api-key", key)];

    private static (string Name, string Value)[] With(string key, string path, string name, string value)
    {
        var filled = value.Replace(Path, path, StringComparison.Ordinal);
        var good = Good(key, path);
        return Array.Exists(good, f => f.Name == name) ? [.. good.Select(f => f.Name == name ? (name, filled) : f)] : [.. good, (name, filled)];
    }

    private static byte[] Body(string key, string path, string length, string body) =>
        [.. Http2Wire.Headers([.. Good(key, path), ("content-length", length)], endStream: false), .. Frame(Data, EndStream, 1, System.Text.Encoding.Latin1.GetBytes(body))];

    // More than one frame may hold: the rest follows in continuations.
    private static byte[] Many(string key, string path) =>
        [.. Frame(HeadersType, EndStream, 1, Block(Good(key, path))), .. Enumerable.Range(0, 40).SelectMany(i => Frame(0x9, i == 39 ? EndHeaders : (byte)0, 1, Block([($"x-{i}", new string('x', 1000))])))];
}
