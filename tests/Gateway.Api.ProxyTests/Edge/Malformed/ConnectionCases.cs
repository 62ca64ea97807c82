using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Connections that do not speak HTTP/1.1, stop in the middle, or put more behind a request than there is.</summary>
internal static class ConnectionCases
{
    private static readonly string Whole = Post("Content-Type: text/plain\r\nContent-Length: 5\r\n", "hello");

    private static readonly (string Name, string Bytes)[] Strangers =
    [
        ("nothing", ""),
        ("empty lines", "\r\n\r\n\r\n\r\n"),
        ("line feeds", "\n\n\n\n"),
        ("TLS 1.2 hello", "\u0016\u0003\u0001\0\u00A5\u0001\0\0\u00A1\u0003\u0003" + new string('\u0042', 150)),
        ("TLS 1.3 hello", "\u0016\u0003\u0003\u0002\0\u0001\0\u0001\u00FC\u0003\u0003" + new string('\u0017', 500)),
        ("SSL 2 hello", "\u0080\u002E\u0001\0\u0002\0\u0015\0\0\0\u0010" + new string('\u0007', 35)),
        ("TLS alert", "\u0015\u0003\u0001\0\u0002\u0002\u0028"),
        ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/2 preface and settings", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"),
        ("half an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM"),
        ("SSH banner", "SSH-2.0-OpenSSH_9.2\r\n"),
        ("SOCKS 5", "\u0005\u0001\0"),
        ("SMTP", "EHLO smuggled\r\n"),
        ("PROXY protocol 1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + Get()),
        ("PROXY protocol 2", "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000C" + new string('\u0001', 12) + Get()),
        ("memcached", "set x 0 0 5\r\nhello\r\n"),
        ("Redis", "*1\r\n$4\r\nPING\r\n"),
        ("PostgreSQL start", "\0\0\0\u0008\u0004\u00D2\u0016\u002F"),
        ("an answer", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("64 KiB of one letter", new string('a', 64 * 1024)),
        ("64 KiB of NUL", new string('\0', 64 * 1024)),
    ];

    private static readonly (string Name, string Second)[] Seconds =
    [
        ("garbage", "\0\u0001\u0002\r\n\r\n"),
        ("a bad request line", "GET  /x  HTTP/1.1\r\n\r\n"),
        ("a bad header", $"GET {Target} HTTP/1.1\r\nHost : h\r\n\r\n"),
        ("conflicting framing", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Smuggled)),
        ("no host", $"GET {Target} HTTP/1.1\r\nX-API-Key: {Key}\r\n\r\n"),
        ("a path that leaves its place", Get(target: Target + "/../smuggled")),
        ("an unknown version", $"GET {Target} HTTP/7.0\r\n\r\n"),
        ("an answer", "HTTP/1.1 200 OK\r\n\r\n"),
    ];

    public static IEnumerable<MalformedCase> All() =>
    [
        .. Strangers.Select(s => new MalformedCase($"stranger: {s.Name}", s.Bytes) { EndsThere = true }),
        .. Noise(40),
        .. Enumerable.Range(1, 30).Select(i => Whole.Length * i / 31).Select(n => new MalformedCase($"half a request: {n} bytes", Whole[..n]) { EndsThere = true, BreaksOff = true }),
        .. Seconds.Select(s => new MalformedCase($"behind a good request: {s.Name}", Get() + s.Second) { Passes = 1 }),
        .. Seconds.Select(s => new MalformedCase($"behind a body: {s.Name}", Whole + s.Second) { Passes = 1 }),
        new("a body longer than its length", Whole + Smuggled) { Passes = 1 },
        new("a body of a GET without a length", Get() + "hello" + Smuggled) { Passes = 1 },
    ];

    // The same bytes in every run; some begin as a request does.
    private static IEnumerable<MalformedCase> Noise(int count)
    {
        var random = new Random(20260302);
        for (var i = 0; i < count; i++)
        {
            var bytes = new byte[random.Next(1, 600)];
            random.NextBytes(bytes);
            var noise = string.Concat(bytes.Select(b => (char)b));
            yield return new MalformedCase($"noise {i}", i % 4 == 0 ? $"GET {Target}{noise}\r\n\r\n" : noise) { EndsThere = true };
        }
    }
}
