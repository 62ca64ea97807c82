using System.Text;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

public class ResponseHeadTests
{
    [TestCase("HTTP/1.1 200 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nA: b\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\nA: b\n\n")]
    [TestCase("HTTP/1.1 200 OK\nA: b\r\n\n")]
    [TestCase("HTTP/1.1 200 OK\r\nA: b\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n")]
    public void LengthOf_HeadByteForByte_IsKnownAtItsEnd(string head)
    {
        var bytes = Bytes(head + "content\r\n\r\nmore\n\n");
        for (var come = 0; come < head.Length; come++)
        {
            ResponseHead.LengthOf(bytes.AsSpan(0, come)).Should().Be(-1, $"{come} bytes have come");
        }

        ResponseHead.LengthOf(bytes.AsSpan(0, head.Length)).Should().Be(head.Length);
        ResponseHead.LengthOf(bytes).Should().Be(head.Length);
    }

    // The same bytes must be read alike, in one part or in several.
    [TestCase("HTTP/1.1 200 OK\r\nA: b\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\nA: b\n\n")]
    public void LengthOf_ContentThatBeginsWithALineEnd_LeavesItToTheContent(string head) =>
        ResponseHead.LengthOf(Bytes(head + "\r\nhi")).Should().Be(head.Length);

    [TestCase("HTTP/1.1 200 OK", 200, null)]
    [TestCase("HTTP/1.0 404 Not Found", 404, null)]
    [TestCase("HTTP/1.1 204", 204, null)]
    [TestCase("HTTP/1.1 204 ", 204, null)]
    [TestCase("HTTP/1.1 100 Continue", 100, null)]
    [TestCase("HTTP/1.1 200 ok", 200, "ok")]
    [TestCase("HTTP/1.1 200 Fine: by me", 200, "Fine: by me")]
    [TestCase("HTTP/1.1 404 OK", 404, "OK")]
    [TestCase("HTTP/1.0 299 Odd", 299, "Odd")]
    [TestCase("HTTP/1.1 999", 999, null)]
    [TestCase("HTTP/1.1 200 O\tK", 200, null)]
    [TestCase("HTTP/1.1 200 O\u0001K", 200, null)]
    [TestCase("HTTP/1.1 200 O\0K", 200, null)]
    [TestCase("HTTP/1.1 200 O\rK", 200, null)]
    [TestCase("HTTP/1.1 200 O\u007fK", 200, null)]
    [TestCase("HTTP/1.1 200 Caf\u00e9", 200, null)]
    public void Read_StatusLine_TellsStatusAndUnusualReason(string line, int status, string? reason)
    {
        var head = Read($"{line}\r\n\r\n");

        (head.Status, head.Reason).Should().Be((status, reason));
        head.Fields.Length.Should().Be(0);
    }

    [TestCase("HTTP/2 200 OK")]
    [TestCase("HTTP/2.0 200 OK")]
    [TestCase("HTTP/1.2 200 OK")]
    [TestCase("HTTP/0.9 200 OK")]
    [TestCase("http/1.1 200 OK")]
    [TestCase(" HTTP/1.1 200 OK")]
    [TestCase("ICY 200 OK and well")]
    [TestCase("HTTP/1.1 20 OK")]
    [TestCase("HTTP/1.1 20")]
    [TestCase("HTTP/1.1 099 Low")]
    [TestCase("HTTP/1.1 000")]
    [TestCase("HTTP/1.1 2000 OK")]
    [TestCase("HTTP/1.1 +20 OK")]
    [TestCase("HTTP/1.1 -20 OK")]
    [TestCase("HTTP/1.1 2x0 OK")]
    [TestCase("HTTP/1.1 200OK")]
    [TestCase("HTTP/1.1200 OK")]
    [TestCase("HTTP/1.1  200 OK")]
    [TestCase("HTTP/1.1\t200 OK")]
    [TestCase("HTTP/1.1 200\tOK")]
    [TestCase("HTTP/1.1")]
    [TestCase("HTTP/1.1 ")]
    [TestCase("")]
    [TestCase("\r\nHTTP/1.1 200 OK")]
    [TestCase("<html>Not a head</html>")]
    [TestCase("\u0015\u0003\u0003\0\u0002\u0002\u0050")]
    public void Read_MalformedStatusLine_IsRefused(string line) => Reading($"{line}\r\nA: b\r\n\r\n").Should().Throw<HttpRequestException>();

    [TestCase("\n \r\n\r\n")]
    [TestCase("\n\tHTTP/1.1 200 OK\n\n")]
    [TestCase("\r\n HTTP/1.1 200 OK\r\n\r\n")]
    public void Read_EmptyLineFoldedAtTheFront_IsRefused(string head) => Reading(head).Should().Throw<HttpRequestException>();

    // Refused, or passed over (RFC 9112 §2.2): never taken for the reason that the caller is told.
    [TestCase("HTTP/1.1 200 OK\r\n X-Folded: x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\n\tX-Folded: x\n\n")]
    [TestCase("HTTP/1.1 200\n X-Folded: x\n\n")]
    public void Read_WhiteSpaceBeforeTheFirstField_IsNoReason(string head)
    {
        string? reason;
        try
        {
            reason = Read(head).Reason;
        }
        catch (HttpRequestException)
        {
            reason = null;
        }

        reason.Should().BeNull();
    }

    [TestCase("A: b", "A", "b")]
    [TestCase("A:b", "A", "b")]
    [TestCase("A: \t b \t ", "A", "b")]
    [TestCase("A:", "A", "")]
    [TestCase("A:  ", "A", "")]
    [TestCase("A : b", "A", "b")]
    [TestCase("A \t: b", "A", "b")]
    [TestCase("A: b: c", "A", "b: c")]
    [TestCase("A: b \t c", "A", "b \t c")]
    [TestCase("A: Caf\u00e9", "A", "Caf\u00e9")]
    [TestCase("x1!#$%&'*+-.^_`|~: b", "x1!#$%&'*+-.^_`|~", "b")]
    public void Read_FieldLine_TellsNameAndValue(string line, string name, string value)
    {
        foreach (var end in new[] { "\r\n", "\n" })
        {
            var head = Read($"HTTP/1.1 200 OK{end}First: 1{end}{line}{end}Last: 2{end}{end}");

            Pairs(head).Should().Equal(("First", "1"), (name, value), ("Last", "2"));
        }
    }

    [TestCase("A: b\r\n c")]
    [TestCase("A: b\n c")]
    [TestCase("A: b\r\n\tc")]
    [TestCase("A: b\n\tc")]
    [TestCase("A:\r\n b\r\n  c ")]
    [TestCase("A:\n b\r\n c")]
    [TestCase("A: b\r\n \r\n c")]
    [TestCase("A: b\n \n\tc\n ")]
    public void Read_FoldedLine_IsOneLine(string line)
    {
        var pairs = Pairs(Read($"HTTP/1.1 200 OK\r\n{line}\r\nLast: 2\r\n\r\n"));

        pairs.Should().HaveCount(2);
        pairs[0].Name.Should().Be("A");
        pairs[0].Value.Should().MatchRegex("^b[ \t]+c$");
        pairs[1].Should().Be(("Last", "2"));
    }

    [TestCase(": b")]
    [TestCase("nothing")]
    [TestCase("A b: c")]
    [TestCase("A(: b")]
    [TestCase("\"A\": b")]
    [TestCase("Caf\u00e9: b")]
    [TestCase("A\0: b")]
    [TestCase("A\r: b")]
    [TestCase("A\r\n b")]
    [TestCase("A: b\0")]
    [TestCase("A: \0")]
    [TestCase("A: b\rc")]
    [TestCase("A: b\r")]
    [TestCase("A: b\r\r\n c")]
    [TestCase("A: b\rX-Injected: c")]
    [TestCase("\r")]
    public void Read_MalformedField_IsRefused(string line)
    {
        Reading($"HTTP/1.1 200 OK\r\nFirst: 1\r\n{line}\r\n\r\n").Should().Throw<HttpRequestException>();
        Reading($"HTTP/1.1 200 OK\r\nFirst: 1\r\n{line}\r\nLast: 2\r\n\r\n").Should().Throw<HttpRequestException>();
    }

    [Test]
    public void Read_ThousandFields_IsTheMost()
    {
        static string Head(int count) => $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Range(0, count).Select(i => $"A{i}: b\r\n"))}\r\n";

        Read(Head(1000)).Fields.Length.Should().Be(1000);
        Reading(Head(1001)).Should().Throw<HttpRequestException>();
    }

    internal static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    internal static ResponseHead Read(string text)
    {
        var head = new ResponseHead();
        head.Read(Bytes(text));
        return head;
    }

    internal static Action Reading(string text) => () => Read(text);

    internal static List<(string Name, string Value)> Pairs(ResponseHead head) => [.. head.Fields.ToArray().Select(f => (f.Name, f.Value))];
}
