using System.Globalization;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>Bad requests over HTTP/2 to an upstream of HTTP/1.1, where a line end in a field becomes one on the wire.</summary>
public class MalformedHttp2Tests : ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int _port = FreePort.Find();
    private int _sent;

    protected override string[] Settings => [$"Gateway:Http2Port={_port}"];

    private static IEnumerable<TestCaseData> Cases() => Http2Cases.All().Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    // The names hold no control characters: a filter on names would leave such cases out.
    private static IEnumerable<TestCaseData> Strangers() =>
    [
        Stranger("a request of HTTP/1.1", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Stranger("a handshake of TLS", "\u0016\u0003\u0001\0\u00A5\u0001\0\0\u00A1\u0003\u0003"),
        Stranger("a broken preface", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
        Stranger("a preface of HTTP/1.1", "PRI * HTTP/1.1\r\n\r\n"),
        Stranger("a frame without a preface", "\0\0\0\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    ];

    private static TestCaseData Stranger(string name, string bytes) => new TestCaseData(bytes).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Cases))]
    public async Task Send_NoGoodRequest_IsRefusedAndHarmsNobody(Http2Case malformed)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"/c{_sent++:D3}");

        var outcome = await Http2Wire.OutcomeAsync(_port, [.. Http2Wire.Preface, .. malformed.Build(Key, "/gateway/raw" + own)], Patience);

        if (malformed.Passes)
        {
            outcome.Should().Be("200");
        }
        else
        {
            outcome.Should().Match(o => o == "reset" || o == "goaway" || o == "closed" || o.StartsWith('4'));
        }

        await NextCallerIsServedAsync(own);
        foreach (var request in Upstream.Connections.SelectMany(WireRequest.ReadAll))
        {
            request.Line.Should().NotContainEquivalentOf("smuggled");
            request.Headers.Should().NotContain(h => h.Key.Contains("smuggled", StringComparison.OrdinalIgnoreCase) || h.Value.Contains("smuggled", StringComparison.OrdinalIgnoreCase));
            (!request.Complete || malformed.Passes || request.Line.Contains("/next", StringComparison.Ordinal)).Should().BeTrue(request.Line);
        }
    }

    [TestCaseSource(nameof(Strangers))]
    public async Task Send_NoHttp2_IsCutOff(string bytes) =>
        (await Http2Wire.OutcomeAsync(_port, System.Text.Encoding.Latin1.GetBytes(bytes), Patience)).Should().BeOneOf("goaway", "closed");

    private async Task NextCallerIsServedAsync(string own)
    {
        (string, string)[] good = [(":method", "GET"), (":scheme", "http"), (":path", "/gateway/raw/next" + own), (":authority", "h"), ("x-api-key", Key)];

        (await Http2Wire.OutcomeAsync(_port, [.. Http2Wire.Preface, .. Http2Wire.Headers(good)], Patience)).Should().Be("200");
        Upstream.RequestLineOfLast.Should().Contain("/next" + own);
    }
}
