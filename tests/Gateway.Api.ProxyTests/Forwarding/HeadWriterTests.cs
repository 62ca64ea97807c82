using System.Runtime.InteropServices;
using System.Text;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using Microsoft.Extensions.Primitives;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

public class HeadWriterTests
{
    [Test]
    public void Write_BytesTextAndFields_StandInTheirOrder()
    {
        var head = new HeadWriter();

        head.Write("GET");
        head.Write(" "u8);
        head.Write("/a?b=c");
        head.Write(" HTTP/1.1\r\n"u8);
        head.WriteField("Host", "h");
        head.WriteField("A", new StringValues("b"));
        head.Write("\r\n"u8);

        Text(head).Should().Be("GET /a?b=c HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n");
    }

    [TestCase("A", new[] { "b" }, "A: b\r\n")]
    [TestCase("A", new[] { "b", "c" }, "A: b, c\r\n")]
    [TestCase("A", new[] { "b", "", "c, d" }, "A: b, , c, d\r\n")]
    [TestCase("Cookie", new[] { "a=b" }, "Cookie: a=b\r\n")]
    [TestCase("Cookie", new[] { "a=b", "c=d; e=f", "g=h" }, "Cookie: a=b; c=d; e=f; g=h\r\n")]
    [TestCase("cookie", new[] { "a=b", "c=d" }, "cookie: a=b; c=d\r\n")]
    [TestCase("Set-Cookie", new[] { "a=b", "c=d" }, "Set-Cookie: a=b, c=d\r\n")]
    [TestCase("A", new[] { "" }, "A: \r\n")]
    [TestCase("A", new string[0], "A: \r\n")]
    public void WriteField_SeveralValues_AreOneLine(string name, string[] values, string expected)
    {
        var head = new HeadWriter();

        head.WriteField(name, new StringValues(values));

        Text(head).Should().Be(expected);
    }

    [TestCase("b\rX-Injected: c")]
    [TestCase("b\nX-Injected: c")]
    [TestCase("b\r\nX-Injected: c")]
    [TestCase("b\0")]
    [TestCase("\n")]
    [TestCase("\r")]
    public void WriteField_LineBreakOrNul_LeavesTheFieldOut(string value)
    {
        foreach (var name in new[] { "B", "Cookie" })
        {
            var head = new HeadWriter();

            head.WriteField("A", "1");
            head.WriteField(name, value);
            head.WriteField(name, new StringValues(value));
            head.WriteField(name, new StringValues(["fine", value]));
            head.WriteField(name, new StringValues([value, "fine"]));
            head.WriteField("C", "2");

            Text(head).Should().Be("A: 1\r\nC: 2\r\n");
        }
    }

    [Test]
    public void HeadFields_AddAndSet_WriteFieldsOfTheHead()
    {
        var head = new HeadWriter();
        var fields = new HeadFields(head);

        fields.Add("A", new StringValues(["b", "c"]));
        fields.Set("D", "e");
        fields.Set("F", "g\r\nh");

        Text(head).Should().Be("A: b, c\r\nD: e\r\n");
    }

    [TestCase("Caf\u00e9")]
    [TestCase("\u20ac\ud83d\ude00")]
    [TestCase("a\tb\u007f\u0085\u2028")]
    public void Write_TextBeyondAscii_IsUtf8(string text)
    {
        var head = new HeadWriter();

        head.Write(text);
        head.WriteField("A", text);
        head.WriteField("B", new StringValues([text, text]));

        head.Written.ToArray().Should().Equal(Encoding.UTF8.GetBytes($"{text}A: {text}\r\nB: {text}, {text}\r\n"));
    }

    [Test]
    public void Write_HalfOfAPair_IsTheReplacementCharacter()
    {
        var head = new HeadWriter();

        head.WriteField("A", "\ud83d");

        Text(head).Should().Be("A: \ufffd\r\n");
    }

    [TestCase('x')]
    [TestCase('\u00e9')]
    [TestCase('\u20ac')]
    public void Write_LengthsAroundThoseOfTheBuffer_AreWhole(char sign)
    {
        foreach (var length in Enumerable.Range(660, 40).Concat(Enumerable.Range(1000, 50)).Concat(Enumerable.Range(2020, 60)).Append(20_000))
        {
            var value = new string(sign, length);
            var head = new HeadWriter();

            head.WriteField("A", value);
            head.Write(value);
            head.Write(Encoding.UTF8.GetBytes(value));

            Text(head).Should().Be($"A: {value}\r\n{value}{value}");
        }
    }

    [Test]
    public void WriteField_ManyFields_AreAllKept()
    {
        var head = new HeadWriter();
        var expected = new StringBuilder();
        for (var i = 0; i < 1000; i++)
        {
            head.WriteField($"X-{i}", $"value {i}");
            expected.Append($"X-{i}: value {i}\r\n");
        }

        Text(head).Should().Be(expected.ToString());
    }

    [Test]
    public void Reset_UsualHead_EmptiesItAndKeepsTheBuffer()
    {
        var head = new HeadWriter();
        head.WriteField("A", "b");
        var before = BufferOf(head);

        head.Reset();

        head.Written.Length.Should().Be(0);
        BufferOf(head).Should().BeSameAs(before);
        head.WriteField("C", "d");
        Text(head).Should().Be("C: d\r\n");
    }

    [Test]
    public void Reset_LargeHead_GivesTheBufferBack()
    {
        var head = new HeadWriter();
        head.WriteField("A", new string('x', 20_000));
        BufferOf(head).Length.Should().BeGreaterThan(20_000);

        head.Reset();

        head.Written.Length.Should().Be(0);
        BufferOf(head).Length.Should().BeLessThanOrEqualTo(8192);
        head.WriteField("C", "d");
        Text(head).Should().Be("C: d\r\n");
    }

    private static string Text(HeadWriter head) => Encoding.UTF8.GetString(head.Written.Span);

    private static byte[] BufferOf(HeadWriter head) => MemoryMarshal.TryGetArray(head.Written, out var segment) ? segment.Array! : [];
}
