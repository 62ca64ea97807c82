using System.Globalization;
using System.Text.Json.Nodes;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge.Malformed;

/// <summary>
/// Hundreds of bad requests, byte for byte. Each is refused or cut off, at once; nothing hidden in it reaches the upstream; and the
/// next caller is served as if nothing had been.
/// </summary>
public class MalformedRequestTests : ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(40);

    private const string GoAway = "\0\0\u0008\u0007\0\0\0\0\0";

    private int _sent;

    protected override Task ArrangeAsync()
    {
        // The body names the path that was asked for: an answer that belongs to another request is seen.
        Upstream.AnswerTo = request => PlainAnswer(request.Split(' ') is [_, var path, ..] ? path : "?");
        return Task.CompletedTask;
    }

    private static IEnumerable<TestCaseData> Cases() =>
        RequestLineCases.All().Concat(TargetCases.All()).Concat(HeaderCases.All()).Concat(FramingCases.All()).Concat(ChunkCases.All()).Concat(ConnectionCases.All())
            .Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [Test]
    public void Cases_AreHundreds_AndDiffer()
    {
        var all = Cases().Select(c => (MalformedCase)c.Arguments[0]!).ToList();

        all.Should().HaveCountGreaterThan(500);
        all.Select(c => c.Name).Should().OnlyHaveUniqueItems();
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Send_NoGoodRequest_IsRefusedAndHarmsNobody(MalformedCase malformed)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"/{(char)('a' + (_sent / 1000))}{_sent++ % 1000:D3}");
        var bytes = malformed.Bytes.Replace(MalformedCase.Target, "/gateway/raw" + own, StringComparison.Ordinal).Replace(MalformedCase.Key, Key, StringComparison.Ordinal);

        var conversation = await WireConversation.HoldAsync(Gateway.Address, bytes, malformed.EndsThere, Patience, Silence);

        var answers = Refused(malformed, conversation);
        await NextCallerIsServedAsync(own);
        NothingHiddenArrived(malformed, own);
        if (answers.Any(a => a.Status < 300))
        {
            await TestContext.Out.WriteLineAsync($"passes: {malformed.Name}");
        }
    }

    private static IReadOnlyList<WireAnswer> Refused(MalformedCase malformed, WireConversation conversation)
    {
        if (conversation.Text.StartsWith(GoAway, StringComparison.Ordinal))
        {
            conversation.Closed.Should().BeTrue(); // HTTP/2 on the port of HTTP/1.1 is refused in its own tongue.
            return [];
        }

        WireAnswer.TryReadAll(conversation.Text, out var answers).Should().BeTrue(conversation.Text);
        (conversation.Closed || answers.Count > 0).Should().BeTrue("a caller is not left waiting");
        answers.Count(a => a.Status is >= 200 and < 300).Should().BeLessThanOrEqualTo(malformed.Passes, conversation.Text);
        foreach (var answer in answers.Where(a => a.Status >= 300))
        {
            // 505 is what RFC 9110 §15.6.6 wants for a version that is not spoken.
            (answer.Status is (>= 400 and < 500) or 505).Should().BeTrue(conversation.Text);
            if (answer.Header("DataHub-Origin") is not null)
            {
                answer.Header("Content-Type").Should().Be("application/problem+json");
                var problem = JsonNode.Parse(answer.Body)!;
                ((int)problem["status"]!).Should().Be(answer.Status);
                ((string)problem["code"]!).Should().NotBeEmpty();
                ((string)problem["requestId"]!).Should().Be(answer.Header("X-Request-Id"));
            }
        }

        return answers;
    }

    private async Task NextCallerIsServedAsync(string own)
    {
        var next = await WireConversation.HoldAsync(
            Gateway.Address, $"GET /gateway/raw/next{own} HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nConnection: close\r\n\r\n", endsThere: false, Patience, Silence);

        WireAnswer.TryReadAll(next.Text, out var answers).Should().BeTrue(next.Text);
        answers.Should().ContainSingle().Which.Status.Should().Be(200, next.Text);
        answers[0].Body.Should().Be("/next" + own);
    }

    private void NothingHiddenArrived(MalformedCase malformed, string own)
    {
        var arrived = Upstream.Connections.SelectMany(WireRequest.ReadAll).ToList();
        foreach (var request in arrived)
        {
            request.Line.Should().NotContainEquivalentOf("smuggled");
            request.Headers.Should().NotContain(h => h.Key.Contains("smuggled", StringComparison.OrdinalIgnoreCase) || h.Value.Contains("smuggled", StringComparison.OrdinalIgnoreCase));
        }

        var others = arrived.Where(r => !r.Line.Contains(" /next", StringComparison.Ordinal)).ToList();
        others.Where(r => r.Complete && !r.Line.Contains(own, StringComparison.Ordinal)).Should().BeEmpty();
        others.Count(r => r.Complete).Should().BeLessThanOrEqualTo(malformed.Passes, string.Join('\n', others.Select(r => r.Line)));
        if (!malformed.BreaksOff)
        {
            others.Where(r => r.Line.Contains(own, StringComparison.Ordinal)).Should().HaveCountLessThanOrEqualTo(malformed.Passes);
        }
    }

    private static string PlainAnswer(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
