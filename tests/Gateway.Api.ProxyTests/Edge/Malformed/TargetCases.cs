using static DataHub.Gateway.Api.ProxyTests.Edge.Malformed.MalformedCase;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Request targets that are none, or that two servers read differently (RFC 9112 §3.2, RFC 3986).</summary>
internal static class TargetCases
{
    // What stands behind the path of the case.
    private static readonly string[] Tails =
    [
        // Percent signs that encode nothing, or not once.
        "/%", "/%4", "/%zz", "/%4g", "/%g4", "/% 41", "/%%41", "/%u0041", "/%u002e%u002e", "/%x2e", "/%-1", "/%\u00B2\u00B2", "/%25", "/%252e", "/%25%32%65", "/%2%65",

        // Dots, slashes and their encodings.
        "/../x", "/./x", "/..", "/.", "/x/../../..", "/%2e", "/%2E%2e/x", "/.%2e/x", "/%2e./x", "/%2f", "/%2F%2Fx", "//x", "/x//", "///", "/%5c", "/%5C..%5c", "\\x", "/..\\x", "/x/..;/y", "/..%3b/", "/..%00/", "/..%09/",
        "/..%0d/", "/.%00./", "/..%20/../",

        // Path parameters, fragments, marks of the query too early.
        ";x", "/;x=1/y", "/%3bx", "/x%3f", "/x%23y", "#", "#fragment", "/x#y?z", "%23x", "?x#y",

        // Control characters, plain and encoded.
        "/%00", "/%01", "/%08", "/%09", "/%0a", "/%0d%0aX-Smuggled:%201", "/%1f", "/%7f", "/\0", "/\u0001", "/\u0008", "/\t", "/\u000B", "/\u001B[0m", "/\u007F", "/x y", "/x\ry", "?x\0", "?x\u0001y", "?x\u007F", "?x y",

        // Overlong, cut off and impossible UTF-8.
        "/%c0%ae", "/%c0%ae%c0%ae/x", "/%c0%af", "/%c1%9c", "/%e0%80%ae", "/%e0%80%af", "/%f0%80%80%af", "/%f8%80%80%80%af", "/%fc%80%80%80%80%af", "/%ff", "/%fe%ff", "/%80", "/%c3", "/%c3%28", "/%e2%82", "/%e2%28%a1",
        "/%ed%a0%80", "/%ed%bf%bf", "/%f4%90%80%80", "/%f7%bf%bf%bf",

        // Bytes that no target has.
        "/\u00C0\u00AE", "/\u00FF", "/caf\u00C3\u00A9", "/\u00E2\u0080\u00A8", "?\u00C3\u00A9", "?\u00FF",
    ];

    // Whole targets. Absolute form names the host once more; only where it agrees with Host is there one reading.
    private static readonly (string Target, int Passes)[] Targets =
    [
        ("http://h" + Target, 1),
        ("http://other" + Target, 0),
        ("http://h:81" + Target, 0),
        ("http://H" + Target, 1),
        ("http://user@h" + Target, 0),
        ("http://user:secret@h" + Target, 0),
        ("http://h@smuggled" + Target, 0),
        ("http://smuggled\\@h" + Target, 0),
        ("http://" + Target, 0),
        ("http:" + Target, 0),
        ("http:/" + Target, 0),
        ("http://h\0" + Target, 0),
        ("http://h h" + Target, 0),
        ("http://h:99999" + Target, 0),
        ("http://h:-1" + Target, 0),
        ("http://h:x" + Target, 0),
        ("http://[::1" + Target, 0),
        ("http://%68" + Target, 0),
        ("http://h" + Target + "/../x", 0),
        ("http://h//" + Target, 0),
        ("http://h" + Target + "#x", 0),
        ("https://h" + Target, 1),
        ("ftp://h" + Target, 0),
        ("file://" + Target, 0),
        ("javascript:alert(1)", 0),
        ("data:,x", 0),
        ("h:80", 0),
        ("smuggled:443", 0),
        ("*", 0),
        ("**", 0),
        ("gateway/raw/case", 0),
        ("?x", 0),
        ("#x", 0),
        ("%2f", 0),
        ("%2fgateway/raw/case", 0),
        ("\\gateway\\raw\\case", 0),
        ("//smuggled" + Target, 0),
        ("/" + Target, 0),
        (";" + Target, 0),
        (".." + Target, 0),
        ("\u00FF", 0),
        ("\"" + Target + "\"", 0),
        ("<" + Target + ">", 0),
    ];

    public static IEnumerable<MalformedCase> All() =>
    [
        .. Tails.Select(t => new MalformedCase($"target …{Show(t)}", Get(target: Target + t))),
        .. Targets.Select(t => new MalformedCase($"target {Show(t.Target)}", Get(target: t.Target)) { Passes = t.Passes }),
        new("a target of 9 KiB", Get(target: Target + "/" + new string('a', 9 * 1024))),
        new("a target of 100 KiB", Get(target: Target + "?" + new string('a', 100 * 1024))),
        new("OPTIONS on all", Get(target: "*", method: "OPTIONS")),
        new("GET with an asterisk and a path", Get(target: "*/x")),
    ];
}
