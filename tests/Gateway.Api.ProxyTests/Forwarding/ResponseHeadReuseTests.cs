using System.Text;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>A <see cref="ResponseHead"/> that has read others before reads as a new one does.</summary>
public class ResponseHeadReuseTests
{
    private const int Seed = 20261121;

    private static readonly string[] Names =
        ["X-A", "X-A", "X-AB", "x-a", "X-B", "Set-Cookie", "Date", "Content-Length", "Connection", "Transfer-Encoding", "Keep-Alive", "Vary"];

    private static readonly string[] Separators = [": ", ": ", ":", " : ", ":\t", ":\r\n ", ":\n "];

    private static readonly string[] Values = ["", "1", "2", "12", "abc", "abd", "a: b", "a\r\n b", "a\n\tb", " 1 ", "caf\u00e9", "x-a", "X-AB: 1"];

    private static readonly string[] FirstLines =
        ["HTTP/1.1 200 OK", "HTTP/1.1 200 Ok", "HTTP/1.1 204", "HTTP/1.1 404 Not Found", "HTTP/1.0 200 OK", "HTTP/1.1 200 Fine"];

    [TestCase("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\nSet-Cookie: c\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\nA:\n b\n\n")]
    public void Read_SameHeadTwice_KeepsTheStrings(string text)
    {
        var head = ResponseHeadTests.Read(text);
        var before = head.Fields.ToArray();

        head.Read(ResponseHeadTests.Bytes(text));

        AssertSame(head.Fields.ToArray(), before);
        Describe(head).Should().Be(Describe(ResponseHeadTests.Read(text)));
    }

    [Test]
    public void Read_OneValueChanged_KeepsTheOtherStrings()
    {
        var head = ResponseHeadTests.Read("HTTP/1.1 200 OK\r\nA: b\r\nDate: now\r\nC: d\r\n\r\n");
        var before = head.Fields.ToArray();

        head.Read(ResponseHeadTests.Bytes("HTTP/1.1 200 OK\r\nA: b\r\nDate: later\r\nC: d\r\n\r\n"));

        var after = head.Fields.ToArray();
        after[1].Value.Should().Be("later");
        after[1].Name.Should().BeSameAs(before[1].Name);
        AssertSame([after[0], after[2]], [before[0], before[2]]);
    }

    [TestCase("A: b|C: d", "A: bc|C: e", TestName = "{m}(values)")]
    [TestCase("A: b|C: d", "C: d|A: b", TestName = "{m}(order)")]
    [TestCase("A: b|C: d|E: f", "A: b|C: d", TestName = "{m}(fewer at the end)")]
    [TestCase("A: b|C: d|E: f", "C: d|E: f", TestName = "{m}(fewer at the front)")]
    [TestCase("A: b|C: d", "", TestName = "{m}(none any more)")]
    [TestCase("", "A: b|C: d", TestName = "{m}(none before)")]
    [TestCase("A: b", "A: b|C: d|A: e", TestName = "{m}(more)")]
    [TestCase("A: b|C: d", "A: b|A: d", TestName = "{m}(becoming repeated)")]
    [TestCase("A: b|A: d", "C: b|A: d", TestName = "{m}(no longer repeated)")]
    [TestCase("A: b|A: d|A: e", "A: d|A: e", TestName = "{m}(repeated less)")]
    [TestCase("AB: c", "A: Bc", TestName = "{m}(shorter name)")]
    [TestCase("A: Bc", "AB: c", TestName = "{m}(longer name)")]
    [TestCase("A: b", "a: b", TestName = "{m}(case of the name)")]
    [TestCase("A : b", "A: b", TestName = "{m}(white space before the colon)")]
    [TestCase("Content-Length: 5", "Content-Length: 6", TestName = "{m}(length)")]
    [TestCase("Content-Length: 5|A: b", "A: b", TestName = "{m}(length gone)")]
    [TestCase("Transfer-Encoding: chunked", "Content-Length: 5", TestName = "{m}(framing)")]
    [TestCase("Connection: close, X-A|X-A: b", "Connection: X-B|X-A: b", TestName = "{m}(names)")]
    [TestCase("Connection: close, X-A|X-A: b", "X-A: b", TestName = "{m}(names gone)")]
    public void Read_AnotherHead_IsAsReadAnew(string before, string after)
    {
        var head = new ResponseHead();
        foreach (var text in new[] { Text(before), Text(after), Text(after), Text(before), Text(after) })
        {
            head.Read(ResponseHeadTests.Bytes(text));

            Describe(head).Should().Be(Describe(ResponseHeadTests.Read(text)));
        }
    }

    [TestCase("A: b\0")]
    [TestCase("A: \rb")]
    [TestCase("Content-Length: 6,")]
    [TestCase("Transfer-Encoding: chunkedx")]
    public void Read_KnownNameWithAValueThatIsRefused_IsRefused(string line)
    {
        var head = ResponseHeadTests.Read(Text("A: b|Content-Length: 6|Transfer-Encoding: chunked"));
        var lines = new[] { "A: b", "Content-Length: 6", "Transfer-Encoding: chunked" }.Select(known => known[0] == line[0] ? line : known);

        var read = () => head.Read(ResponseHeadTests.Bytes(Text(string.Join('|', lines))));

        read.Should().Throw<HttpRequestException>();
    }

    [Test]
    public void Read_HeadsAlikeInOneBuffer_IsAsReadAnew()
    {
        var random = new Random(Seed);
        var reused = new ResponseHead();
        var received = new byte[8192];
        var first = FirstLines[0];
        List<string> lines = [];
        var accepted = 0;
        for (var turn = 0; turn < 1500; turn++)
        {
            List<string> next = [.. lines];
            Change(next, random);
            first = random.Next(8) == 0 ? Any(FirstLines, random) : first;
            var text = $"{first}\r\n{string.Concat(next)}\r\n";
            var length = Encoding.Latin1.GetBytes(text, received);

            var expected = Outcome(new ResponseHead(), ResponseHeadTests.Bytes(text));
            var actual = Outcome(reused, received.AsSpan(0, length));

            actual.Should().Be(expected, $"seed {Seed}, turn {turn}, head {text.ReplaceLineEndings("|")}, after {string.Concat(lines).ReplaceLineEndings("|")}");
            if (expected.StartsWith(nameof(HttpRequestException), StringComparison.Ordinal))
            {
                // Its connection is closed.
                reused = new ResponseHead();
                continue;
            }

            lines = next;
            accepted++;
        }

        accepted.Should().BeGreaterThan(800, $"seed {Seed}");
    }

    private static void Change(List<string> lines, Random random)
    {
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(lines.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < lines.Count:
                    lines.RemoveAt(at);
                    break;
                case 1 when at < lines.Count:
                    (lines[at], lines[0]) = (lines[0], lines[at]);
                    break;
                case 2 when at < lines.Count:
                    lines.Insert(random.Next(lines.Count), lines[at]);
                    break;
                case 3 when lines.Count > 12:
                    lines.RemoveRange(at / 2, lines.Count / 2);
                    break;
                case 4 or 5 when at < lines.Count:
                    lines[at] = Line(lines[at][..lines[at].AsSpan().IndexOfAny(" :")], random);
                    break;
                default:
                    lines.Insert(at, Line(Any(Names, random), random));
                    break;
            }
        }
    }

    private static string Line(string name, Random random)
    {
        var value = name switch
        {
            "Content-Length" => Any(["5", "5", "5", "05", "5, 5", "6"], random),
            "Transfer-Encoding" => Any(["chunked", "chunked", "Chunked", "gzip"], random),
            "Connection" => Any(["close", "keep-alive", "X-A", "X-B, close"], random),
            _ => random.Next(50) == 0 ? "\0" : Any(Values, random),
        };
        return $"{name}{Any(Separators, random)}{value}{(random.Next(6) == 0 ? "\n" : "\r\n")}";
    }

    private static string Any(string[] texts, Random random) => texts[random.Next(texts.Length)];

    private static string Outcome(ResponseHead head, Span<byte> bytes)
    {
        try
        {
            head.Read(bytes);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }

        return Describe(head);
    }

    private static string Text(string lines) => $"HTTP/1.1 200 OK\r\n{string.Concat(lines.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{line}\r\n"))}\r\n";

    private static string Describe(ResponseHead head) =>
        $"{head.Status} '{head.Reason}' {head.ContentLength} {head.Chunked} {head.Persistent} [{string.Join(", ", head.Named ?? ["-"])}] {string.Join(" | ", head.Fields.ToArray())}";

    private static void AssertSame(ResponseField[] actual, ResponseField[] expected)
    {
        actual.Should().Equal(expected);
        for (var i = 0; i < expected.Length; i++)
        {
            actual[i].Name.Should().BeSameAs(expected[i].Name);
            actual[i].Value.Should().BeSameAs(expected[i].Value);
        }
    }
}
