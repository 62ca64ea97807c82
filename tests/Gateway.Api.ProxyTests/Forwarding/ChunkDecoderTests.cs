using System.Text;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

public class ChunkDecoderTests
{
    private const string Ending = "0\r\n\r\n";

    [TestCase("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world")]
    [TestCase("b;a=b\r\nhello\r\nworl\r\n0;z\r\nTrailer: x\r\nB: y\r\n\r\n", "hello\r\nworl")]
    [TestCase("1\na\n2\nbc\n0\n\n", "abc")]
    [TestCase("A\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n0\r\n\r\n")]
    [TestCase("0\r\n\r\n", "")]
    public void TryTake_WireSplitAnywhere_IsTheSameContent(string wire, string content)
    {
        var expected = (content, wire.Length, true);
        Decode(wire).Should().Be(expected);
        Decode(wire, [.. Enumerable.Range(0, wire.Length)]).Should().Be(expected, "byte for byte");
        for (var first = 0; first < wire.Length; first++)
        {
            for (var second = first; second < wire.Length; second++)
            {
                Decode(wire, first, second).Should().Be(expected, $"split at {first} and {second}");
            }
        }
    }

    [TestCase("5\r\nhello\r\n")]
    [TestCase("5;ext\r\nhello\r\n")]
    [TestCase("5;a=b;c=\"d;e\"\r\nhello\r\n")]
    [TestCase("5 ;a\r\nhello\r\n")]
    [TestCase("5\t \r\nhello\r\n")]
    [TestCase("5;\r\nhello\r\n")]
    [TestCase("005\r\nhello\r\n")]
    [TestCase("000000000000005\r\nhello\r\n")]
    public void TryTake_SizeLine_IsReadWithoutItsExtension(string chunk) => Decode(chunk + Ending).Should().Be(("hello", chunk.Length + Ending.Length, true));

    [TestCase("1a")]
    [TestCase("1A")]
    [TestCase("01a")]
    public void TryTake_HexOfAnyCase_IsTheSize(string size)
    {
        var content = new string('x', 26);

        Decode($"{size}\r\n{content}\r\n{Ending}").Content.Should().Be(content);
    }

    [TestCase("0\r\n\r\n")]
    [TestCase("000\r\n\r\n")]
    [TestCase("0;last\r\n\r\n")]
    [TestCase("0\r\nA: b\r\nno field at all\r\n\r\n")]
    public void TryTake_LastChunk_EndsBehindTheTrailers(string last)
    {
        const string Chunk = "5\r\nhello\r\n";

        Decode(Chunk + last + "HTTP/1.1 200 OK\r\n\r\n").Should().Be(("hello", Chunk.Length + last.Length, true));
        Decode(Chunk + last + "\r\n5\r\nhello").Should().Be(("hello", Chunk.Length + last.Length, true));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("5\r")]
    [TestCase("5\r\n")]
    [TestCase("5\r\nhel")]
    [TestCase("5\r\nhello")]
    [TestCase("5\r\nhello\r")]
    [TestCase("5\r\nhello\r\n")]
    [TestCase("5\r\nhello\r\n0\r\n")]
    [TestCase("5\r\nhello\r\n0\r\nA: b\r\n")]
    [TestCase("5\r\nhello\r\n0\r\nA: b\r\n\r")]
    public void TryTake_WireCutOff_IsNotDone(string wire) => Decode(wire).Done.Should().BeFalse();

    [TestCase("\r\nhello\r\n")]
    [TestCase(";a\r\nhello\r\n")]
    [TestCase("-1\r\nhello\r\n")]
    [TestCase("+5\r\nhello\r\n")]
    [TestCase("0x5\r\nhello\r\n")]
    [TestCase("5h\r\nhello\r\n")]
    [TestCase("g\r\nhello\r\n")]
    [TestCase(" 5\r\nhello\r\n")]
    [TestCase("5 5\r\nhello\r\n")]
    [TestCase("5\r\r\nhello\r\n")]
    [TestCase("5\0\r\nhello\r\n")]
    [TestCase("5,5\r\nhello\r\n")]
    [TestCase("\u00b5\r\nhello\r\n")]
    [TestCase("FFFFFFFFFFFFFFFF\r\nhello\r\n")]
    [TestCase("00000000000000005\r\nhello\r\n")]
    [TestCase("10000000000000005\r\nhello\r\n")]
    public void TryTake_SizeThatIsNone_IsRefused(string wire) => Decoding(wire).Should().Throw<HttpRequestException>();

    [TestCase("5\r\nhello0\r\n\r\n")]
    [TestCase("5\r\nhello5\r\nhello\r\n")]
    [TestCase("5\r\nhello!\r\n0\r\n\r\n")]
    [TestCase("5\r\nhello \r\n0\r\n\r\n")]
    [TestCase("5\r\nhello\r\r\n0\r\n\r\n")]
    [TestCase("5\r\nhel\r\n0\r\n\r\n")]
    public void TryTake_ContentWithoutItsLineEnd_IsRefused(string wire) => Decoding(wire).Should().Throw<HttpRequestException>();

    [TestCase("")]
    [TestCase("5;")]
    [TestCase("5\r\nhello")]
    [TestCase("5\r\nhello\r\n0\r\nA: ")]
    public void TryTake_EndlessLine_IsRefused(string before)
    {
        Decoding(before + new string('1', 4096)).Should().NotThrow();
        Decoding(before + new string('1', 64 * 1024)).Should().Throw<HttpRequestException>();
    }

    [TestCase("A: b\r\n")]
    [TestCase("\tx\n")]
    public void TryTake_EndlessTrailers_AreRefused(string trailer)
    {
        string Wire(int length) => "0\r\n" + string.Concat(Enumerable.Repeat(trailer, length / trailer.Length));

        Decode(Wire(32 * 1024) + "\r\n").Done.Should().BeTrue();
        Decoding(Wire(128 * 1024)).Should().Throw<HttpRequestException>();
    }

    private static Action Decoding(string wire) => () => Decode(wire);

    // As a connection does it: what was not taken is offered again, with what has come behind it.
    private static (string Content, int Taken, bool Done) Decode(string wire, params int[] splits)
    {
        var bytes = Encoding.Latin1.GetBytes(wire);
        var decoder = default(ChunkDecoder);
        var content = new StringBuilder();
        var taken = 0;
        foreach (var come in splits.Append(bytes.Length))
        {
            while (!decoder.IsDone && decoder.TryTake(bytes.AsSpan(taken, come - taken), out var framing, out var length))
            {
                content.Append(Encoding.Latin1.GetString(bytes, taken + framing, length));
                taken += framing + length;
            }
        }

        return (content.ToString(), taken, decoder.IsDone);
    }
}
