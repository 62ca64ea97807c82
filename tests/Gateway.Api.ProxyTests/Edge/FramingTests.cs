using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

/// <summary>Requests whose end or head two servers could see differently are refused, and nothing more is read from their connection.</summary>
public class FramingTests : ProxyTests
{
    [TestCase("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")]
    [TestCase("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")]
    [TestCase("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")]
    [TestCase("Transfer-Encoding: gzip\r\n", "hello")]
    [TestCase("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")]
    [TestCase("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")]
    [TestCase("Content-Length: 5, 5\r\n", "hello")]
    [TestCase("Content-Length: -1\r\n", "")]
    [TestCase("Content-Length: +5\r\n", "hello")]
    [TestCase("Content-Length: -0\r\n", "")]
    [TestCase("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")]
    public async Task Post_ConflictingFraming_IsRefusedAndTheConnectionClosed(string framing, string body)
    {
        var answer = await SendAsync($"POST /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n{framing}\r\n{body}");

        answer.Status.Should().BeOneOf([400, 501], answer.Text);
        answer.ConnectionClosed.Should().BeTrue(answer.Text);
        Upstream.Requests.Should().BeEmpty();
    }

    [TestCase("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n")]
    [TestCase("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-A : x\r\n\r\n")]
    [TestCase("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\n X-Folded: x\r\n\r\n")]
    [TestCase("GET  /gateway/raw/a HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("GET /gateway/raw/a HTTP/9.9\r\nHost: h\r\n\r\n")]
    [TestCase("GET /gateway/raw/a b HTTP/1.1\r\nHost: h\r\n\r\n")]
    [TestCase("\0\0\0\0\r\n\r\n")]
    public async Task Send_MalformedHead_IsRefusedAndTheConnectionClosed(string request)
    {
        var answer = await SendAsync(request);

        answer.Status.Should().BeInRange(400, 505);
        answer.ConnectionClosed.Should().BeTrue();
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_HugeHead_IsRefusedWith431()
    {
        var answer = await GetAsync("/gateway/raw/a", $"X-Big: {new string('x', 40_000)}\r\n");

        answer.Status.Should().Be(431);
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_HugeLine_IsRefusedWith414()
    {
        var answer = await GetAsync("/gateway/raw/" + new string('a', 9_000));

        answer.Status.Should().Be(414);
        Upstream.Requests.Should().BeEmpty();
    }
}
