using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Request lines that are none (RFC 9112 §3).</summary>
internal static class RequestLineCases
{
    private const string Rest = $"Host: h\r\nX-API-Key: {Key}\r\n\r\n";

    // No separator but one space, no sign in a method but those of a token.
    private static readonly string[] Methods =
    [
        .. "\"(),/:;<=>?@[\\]{}\0\u0001\u0009\u000B\u000C\u001F\u007F\u0080\u00C3\u00FF".Select(c => $"G{c}T"),
        "", " GET", "GET\r", "GET\n", "GET:", "GET HEAD", "G\u00C9T",
    ];

    private static readonly string[] Versions =
    [
        "", "HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.2", "HTTP/1.9", "HTTP/1.10", "HTTP/01.1", "HTTP/1.1.1", "HTTP/0.9", "HTTP/0.0", "HTTP/2", "HTTP/2.0", "HTTP/3.0",
        "HTTP/9.9", "HTTP/-1.1", "HTTP/+1.1", "HTTP/1,1", "HTTP/1-1", "HTTP/A.B", "HTTP/\u00B9.1", "http/1.1", "Http/1.1", "HTTP /1.1", "HTTP/ 1.1", "HTTP/1 .1", "HTTP/1.1 ", "HTTP/1.1\t",
        "HTTP/1.1 x", "HTTP/1.1 HTTP/1.1", "HTTPS/1.1", "FTP/1.1", "ICY/1.1", "HTTP\\1.1", "HTTP/1.1\0", "\tHTTP/1.1", "HTTP/1.1\u000B", "HTTP/18446744073709551617.1",
    ];

    private static readonly (string Name, string Line, int Passes)[] Lines =
    [
        ("no target and version", "GET", 0),
        ("no version, as in HTTP/0.9", $"GET {Target}", 0),
        ("two spaces after the method", $"GET  {Target} HTTP/1.1", 0),
        ("two spaces after the target, which RFC 9112 §3 allows", $"GET {Target}  HTTP/1.1", 1),
        ("tabs for spaces", $"GET\t{Target}\tHTTP/1.1", 0),
        ("tab after the method", $"GET\t{Target} HTTP/1.1", 0),
        ("tab after the target", $"GET {Target}\tHTTP/1.1", 0),
        ("vertical tab after the method", $"GET\u000B{Target} HTTP/1.1", 0),
        ("carriage return after the method", $"GET\r{Target} HTTP/1.1", 0),
        ("no-break space after the method", $"GET\u00A0{Target} HTTP/1.1", 0),
        ("comma after the method", $"GET,{Target} HTTP/1.1", 0),
        ("a header in the place of the line", "Host: h", 0),
        ("leading space", $" GET {Target} HTTP/1.1", 0),
        ("leading tab", $"\tGET {Target} HTTP/1.1", 0),
        ("leading NUL", $"\0GET {Target} HTTP/1.1", 0),
        ("leading byte order mark", $"\u00EF\u00BB\u00BFGET {Target} HTTP/1.1", 0),
        ("leading carriage return", $"\rGET {Target} HTTP/1.1", 1),
        ("leading line feed", $"\nGET {Target} HTTP/1.1", 1),
        ("leading empty line, which RFC 9112 §2.2 allows", $"\r\nGET {Target} HTTP/1.1", 1),
        ("TRACE", $"TRACE {Target} HTTP/1.1", 0),
        ("Trace", $"Trace {Target} HTTP/1.1", 0),
        ("CONNECT authority", "CONNECT smuggled:443 HTTP/1.1", 0),
        ("CONNECT path", $"CONNECT {Target} HTTP/1.1", 0),
        ("CONNECT absolute", $"CONNECT http://smuggled{Target} HTTP/1.1", 0),
        ("a very long method", $"{new string('M', 9000)} {Target} HTTP/1.1", 0),
        ("PRI", $"PRI {Target} HTTP/1.1", 1),
        ("SOURCE, as of Icecast", $"SOURCE {Target} ICE/1.0", 0),
    ];

    public static IEnumerable<MalformedCase> All() =>
    [
        .. Methods.Select(m => new MalformedCase($"method '{Show(m)}'", $"{m} {Target} HTTP/1.1\r\n{Rest}")),
        .. Versions.Select(v => new MalformedCase($"version '{Show(v)}'", $"GET {Target} {v}\r\n{Rest}")),
        .. Lines.Select(l => new MalformedCase(l.Name, $"{l.Line}\r\n{Rest}") { Passes = l.Passes }),
        new("line ends in a line feed", $"GET {Target} HTTP/1.1\n{Rest}"),
        new("line ends in a carriage return", $"GET {Target} HTTP/1.1\r{Rest}"),
        new("line ends in two carriage returns", $"GET {Target} HTTP/1.1\r\r\n{Rest}"),
        new("all lines end in a line feed", $"GET {Target} HTTP/1.1\nHost: h\nX-API-Key: {Key}\n\n"),
        new("HTTP/1.0 with a chunked body", $"POST {Target} HTTP/1.0\r\nHost: h\r\nX-API-Key: {Key}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}"),
        new("HTTP/1.0 without a host", $"GET {Target} HTTP/1.0\r\nX-API-Key: {Key}\r\n\r\n"),
    ];
}
