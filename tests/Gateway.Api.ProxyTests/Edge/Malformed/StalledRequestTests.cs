using DataHub.TestKit.Wire;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Callers that begin a request and send no more, but stay: they are cut off, so that they cannot hold connections for ever.</summary>
public class StalledRequestTests : ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // The server's own limits are 30 s for the head and 240 bytes a second, after 5 s, for a body: shortened here, not switched on.
    protected override Task ArrangeAsync()
    {
        var limits = Gateway.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        limits.RequestHeadersTimeout.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        limits.MinRequestBodyDataRate.Should().NotBeNull();
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(1.5));
        return Task.CompletedTask;
    }

    [TestCase("G")]
    [TestCase("GET /gateway/raw/a")]
    [TestCase("GET /gateway/raw/a HTTP/1.1\r\n")]
    [TestCase("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-A")]
    [TestCase("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\n\r")]
    public async Task Send_HalfAHead_IsCutOff(string head)
    {
        var conversation = await WireConversation.HoldAsync(Gateway.Address, head, endsThere: false, Patience, Patience);

        conversation.Closed.Should().BeTrue();
        (conversation.Text.Length == 0 || conversation.Text.StartsWith("HTTP/1.1 408", StringComparison.Ordinal)).Should().BeTrue(conversation.Text);
        Upstream.Connections.Should().BeEmpty();
    }

    [TestCase("Content-Length: 50\r\n", "half")]
    [TestCase("Transfer-Encoding: chunked\r\n", "5\r\nhel")]
    public async Task Send_HalfABody_IsCutOffAndNeverEndsUpstream(string framing, string body)
    {
        var conversation = await WireConversation.HoldAsync(
            Gateway.Address, $"POST /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n{framing}\r\n{body}", endsThere: false, Patience, Patience);

        conversation.Closed.Should().BeTrue();
        (conversation.Text.Length == 0 || conversation.Text.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)).Should().BeTrue(conversation.Text);
        Upstream.Connections.SelectMany(WireRequest.ReadAll).Should().OnlyContain(r => !r.Complete);
    }
}
