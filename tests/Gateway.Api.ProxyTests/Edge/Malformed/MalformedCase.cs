using System.Globalization;
using System.Text;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Bytes that are no good request, and how far they may get.</summary>
/// <param name="Name">What is wrong with them.</param>
/// <param name="Bytes">Latin-1; <see cref="Key"/> and <see cref="Target"/> are filled in when they are sent.</param>
public sealed record MalformedCase(string Name, string Bytes)
{
    /// <summary>Stands for a key that may use the route.</summary>
    public const string Key = "{key}";

    /// <summary>Stands for a path that is each case's own, and as long.</summary>
    public const string Target = "/gateway/raw/case";

    /// <summary>Must never be seen by an upstream outside of a body.</summary>
    public const string Smuggled = "GET /gateway/raw/smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n";

    /// <summary>How many whole requests the upstream may see: those in front of the bad one, or one that was read in the only way there is.</summary>
    public int Passes { get; init; }

    /// <summary>True when the caller sends no more: the server may wait for the rest otherwise.</summary>
    public bool EndsThere { get; init; }

    /// <summary>True for a fault in the body: the upstream may see the head and a part, never an end.</summary>
    public bool BreaksOff { get; init; }

    /// <summary>A GET with a key and further header lines, each ending in CRLF.</summary>
    public static string Get(string lines = "", string target = Target, string method = "GET", string version = "HTTP/1.1") =>
        $"{method} {target} {version}\r\nHost: h\r\nX-API-Key: {Key}\r\n{lines}\r\n";

    /// <summary>A POST with a key.</summary>
    public static string Post(string lines, string body) => Get(lines, method: "POST") + body;

    /// <summary>A name from bytes: what is not visible ASCII is written as \xNN.</summary>
    public static string Show(string bytes)
    {
        var text = new StringBuilder();
        foreach (var c in bytes.Length > 60 ? bytes[..60] : bytes)
        {
            _ = c is > '\u007E' or < ' ' or '"' or '\\' ? text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}") : text.Append(c);
        }

        return text.ToString();
    }

    public override string ToString() => Name;
}
