using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>What a <see cref="ResponseHead"/> tells of the content and of the connection.</summary>
public class ResponseFramingTests
{
    [TestCase(5, "Content-Length: 5")]
    [TestCase(0, "content-length: 0")]
    [TestCase(5, "Content-Length: 5", "Content-Length: 5")]
    [TestCase(5, "Content-Length: 5", "A: b", "CONTENT-LENGTH: 05")]
    [TestCase(5, "Content-Length: 5, 5")]
    [TestCase(5, "Content-Length: 5,5 \t, 5")]
    [TestCase(5, "Content-Length:\r\n 5")]
    [TestCase(long.MaxValue, "Content-Length: 9223372036854775807")]
    public void Read_ContentLength_IsOneNumber(long length, params string[] lines)
    {
        var head = Read(lines);

        head.ContentLength.Should().Be(length);
        (head.Chunked, head.Persistent).Should().Be((false, true));
    }

    [TestCase("Content-Length: 5", "Content-Length: 6")]
    [TestCase("Content-Length: 5", "A: b", "content-length: 6")]
    [TestCase("Content-Length: 5, 6")]
    [TestCase("Content-Length: +5")]
    [TestCase("Content-Length: -5")]
    [TestCase("Content-Length: -0")]
    [TestCase("Content-Length: 5 5")]
    [TestCase("Content-Length: 5\r\n 5")]
    [TestCase("Content-Length:")]
    [TestCase("Content-Length: 5", "Content-Length:")]
    [TestCase("Content-Length: 5,")]
    [TestCase("Content-Length: ,5")]
    [TestCase("Content-Length: 5,,5")]
    [TestCase("Content-Length: 5;5")]
    [TestCase("Content-Length: 0x5")]
    [TestCase("Content-Length: 5.0")]
    [TestCase("Content-Length: \u00b2")]
    [TestCase("Content-Length: 9223372036854775808")]
    [TestCase("Content-Length: 99999999999999999999999999")]
    [TestCase("Content-Length: 5", "Transfer-Encoding: chunked", "Content-Length: 6")]
    public void Read_ContentLengthThatIsNotOneNumber_IsRefused(params string[] lines) => Reading(lines).Should().Throw<HttpRequestException>();

    [TestCase("Transfer-Encoding: chunked")]
    [TestCase("transfer-encoding:Chunked")]
    [TestCase("TRANSFER-ENCODING: \tCHUNKED ")]
    public void Read_TransferEncodingChunked_IsChunked(string line)
    {
        var head = Read(line);

        (head.Chunked, head.Persistent, head.ContentLength).Should().Be((true, true, null));
    }

    [TestCase("Transfer-Encoding: gzip, chunked")]
    [TestCase("Transfer-Encoding: chunked, gzip")]
    [TestCase("Transfer-Encoding: chunked, chunked")]
    [TestCase("Transfer-Encoding: chunked,")]
    [TestCase("Transfer-Encoding: identity")]
    [TestCase("Transfer-Encoding: gzip")]
    [TestCase("Transfer-Encoding: xchunked")]
    [TestCase("Transfer-Encoding: \"chunked\"")]
    [TestCase("Transfer-Encoding: chunked;a=b")]
    [TestCase("Transfer-Encoding: chunked\u000b")]
    [TestCase("Transfer-Encoding: chunked\r\n x")]
    [TestCase("Transfer-Encoding:")]
    [TestCase("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")]
    [TestCase("Transfer-Encoding: gzip", "Transfer-Encoding: chunked")]
    [TestCase("Transfer-Encoding: chunked", "transfer-encoding: identity")]
    public void Read_OtherTransferEncoding_IsRefused(params string[] lines) => Reading(lines).Should().Throw<HttpRequestException>();

    [TestCase("Content-Length: 5", "Transfer-Encoding: chunked")]
    [TestCase("Transfer-Encoding: chunked", "Content-Length: 5")]
    [TestCase("Transfer-Encoding: chunked", "Connection: keep-alive", "Content-Length: 0")]
    public void Read_BothKindsOfFraming_IsChunkedAndNotPersistent(params string[] lines)
    {
        var head = Read(lines);

        (head.Chunked, head.Persistent).Should().Be((true, false));
    }

    [TestCase(true)]
    [TestCase(true, "Connection: keep-alive")]
    [TestCase(true, "Connection: X-Hop")]
    [TestCase(true, "Connection: closed, not-close")]
    [TestCase(true, "Connection:")]
    [TestCase(true, "X-Connection: close")]
    [TestCase(false, "Connection: close")]
    [TestCase(false, "connection: CLOSE")]
    [TestCase(false, "Connection: X-Hop,close")]
    [TestCase(false, "Connection: close , X-Hop")]
    [TestCase(false, "Connection: keep-alive, close")]
    [TestCase(false, "Connection: close", "Connection: keep-alive")]
    [TestCase(false, "Connection: keep-alive", "A: b", "Connection: close")]
    [TestCase(false, "Connection:\r\n close")]
    public void Read_Connection_TellsWhetherItStaysOpen(bool persistent, params string[] lines)
    {
        Read(lines).Persistent.Should().Be(persistent);
        ReadAll("HTTP/1.0 200 OK", lines).Persistent.Should().BeFalse("HTTP/1.0 closes");
    }

    [Test]
    public void Read_ChunkedOfHttp10_IsNotPersistent() => ReadAll("HTTP/1.0 200 OK", "Transfer-Encoding: chunked").Persistent.Should().BeFalse();

    [TestCase(new[] { "Connection: X-Hop" }, new[] { "X-Hop" })]
    [TestCase(new[] { "Connection: keep-alive, X-Hop,close ,\tY-Hop" }, new[] { "X-Hop", "Y-Hop" })]
    [TestCase(new[] { "Connection: X-Hop", "A: b", "connection: Y-Hop" }, new[] { "X-Hop", "Y-Hop" })]
    [TestCase(new[] { "Connection: close", "Connection: X-Hop, Content-Length" }, new[] { "X-Hop" })]
    public void Read_ConnectionWithNames_TellsThem(string[] lines, string[] named) => Read(lines).Named.Should().Equal(named);

    [TestCase]
    [TestCase("A: b")]
    [TestCase("Connection: close")]
    [TestCase("Connection: keep-alive, Upgrade")]
    [TestCase("Connection: , ,")]
    public void Read_ConnectionWithoutNames_TellsNone(params string[] lines) => Read(lines).Named.Should().BeNull();

    [TestCase("Content-Type: b", nameof(ResponseFieldUse.Passed))]
    [TestCase("Set-Cookie: b", nameof(ResponseFieldUse.Passed))]
    [TestCase("X-Content-Length: 5", nameof(ResponseFieldUse.Passed))]
    [TestCase("content-LENGTH: 5", nameof(ResponseFieldUse.ContentLength))]
    [TestCase("transfer-ENCODING: chunked", nameof(ResponseFieldUse.TransferEncoding))]
    [TestCase("CONNECTION: close", nameof(ResponseFieldUse.Connection))]
    [TestCase("Connection : close", nameof(ResponseFieldUse.Connection))]
    [TestCase("Keep-Alive: timeout=5", nameof(ResponseFieldUse.Dropped))]
    [TestCase("transfer_encoding: chunked", nameof(ResponseFieldUse.Dropped))]
    [TestCase("x-request-id: b", nameof(ResponseFieldUse.Dropped))]
    [TestCase("DataHub-Origin: b", nameof(ResponseFieldUse.Dropped))]
    public void Read_Field_TellsItsUse(string line, string use) => Read(line).Fields[0].Use.ToString().Should().Be(use);

    [Test]
    public void Read_RepeatedNames_AreMarkedFromTheSecondOn() =>
        Read("A: 1", "B: 2", "a: 3", "C: 4", "A: 5", "b: 6").Fields.ToArray().Select(f => f.Repeated).Should().Equal(false, false, true, false, true, true);

    private static ResponseHead Read(params string[] lines) => ReadAll("HTTP/1.1 200 OK", lines);

    private static Action Reading(string[] lines) => () => Read(lines);

    private static ResponseHead ReadAll(string first, params string[] lines) =>
        ResponseHeadTests.Read($"{first}\r\n{string.Concat(lines.Select(line => $"{line}\r\n"))}\r\n");
}
