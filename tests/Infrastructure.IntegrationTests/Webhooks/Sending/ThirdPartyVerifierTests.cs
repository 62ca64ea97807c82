using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>What arrives at a receiver, judged by code that is not ours.</summary>
public class ThirdPartyVerifierTests
{
    private static readonly string Current = WebhookSecret.Format(SenderHarness.Key(1)), Former = WebhookSecret.Format(SenderHarness.Key(2));

    private WebhookVerifiers _verifiers = null!;
    private RawReceiver _receiver = null!;

    [OneTimeSetUp]
    public void Open() => (_verifiers, _receiver) = (new WebhookVerifiers(), new RawReceiver());

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        _verifiers.Dispose();
        await _receiver.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Bodies()
    {
        yield return Named("empty object", "{}");
        yield return Named("usual", "{\"type\":\"order.created\",\"timestamp\":\"2026-03-01T12:00:00Z\",\"data\":{\"id\":1}}");
        yield return Named("emoji and line separators", "{\"t\":\"😀 \u2028\u2029 é\"}");
        yield return Named("trailing newline", "{\"a\":1}\n");
        yield return Named("integers beyond 2^53", "{\"n\":9007199254740993,\"m\":123456789012345678901234567890,\"f\":1.0}");
        yield return Named("white space and order", "{ \"b\" : 1,\r\n\t\"a\" : [ ] }");
        yield return Named("256 KiB", $"{{\"data\":\"{new string('x', (256 * 1024) - 11)}\"}}");

        static TestCaseData Named(string name, string body) => new TestCaseData(Encoding.UTF8.GetBytes(body)).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Bodies))]
    public async Task Send_Body_VerifiesByteForByte(byte[] body)
    {
        var request = await SendAsync(Target(), body);
        request.Body.Should().Equal(body);
        await AreValidAsync(Current, request);
    }

    [Test]
    public async Task Send_DuringARotation_VerifiesWithBothSecrets()
    {
        var now = TimeProvider.System.GetUtcNow();
        var request = await SendAsync(Target(new(SenderHarness.Key(1), null), new(SenderHarness.Key(2), now.AddMinutes(1))), "{\"a\":1}"u8.ToArray());
        request.Names.Count(n => n == "webhook-signature").Should().Be(1);
        await AreValidAsync(Current, request);
        await AreValidAsync(Former, request);
        await AreRefusedAsync(WebhookSecret.Format(SenderHarness.Key(3)), request);
    }

    [Test]
    public async Task Send_AfterTheOverlap_NoLongerVerifiesWithTheOldSecret()
    {
        var now = TimeProvider.System.GetUtcNow();
        var request = await SendAsync(Target(new(SenderHarness.Key(1), null), new(SenderHarness.Key(2), now)), "{\"a\":1}"u8.ToArray());
        await AreValidAsync(Current, request);
        await AreRefusedAsync(Former, request);
    }

    [TestCase(24)]
    [TestCase(64)]
    public async Task Send_SecretOfAnyLength_Verifies(int length)
    {
        var key = Enumerable.Range(0, length).Select(i => (byte)(255 - i)).ToArray();
        var request = await SendAsync(Target(new SigningSecret(key, null)), "{}"u8.ToArray());
        await AreValidAsync(WebhookSecret.Format(key), request);
    }

    // The signature is over the bytes: a receiver that parses first and writes it again cannot verify.
    [Test]
    public async Task Verify_BodyThatWasWrittenAgain_IsRefused()
    {
        var request = await SendAsync(Target(), "{\"n\": 1.0,  \"t\": \"\\u00e9\"}"u8.ToArray());
        await AreRefusedAsync(Current, request with { Body = Encoding.UTF8.GetBytes(JsonNode.Parse(request.Body)!.ToJsonString()) });
    }

    [TestCase(-290, true)]
    [TestCase(290, true)]
    [TestCase(-310, false)]
    [TestCase(310, false)]
    public async Task Verify_TimeOfTheAttempt_IsGoodForFiveMinutes(int seconds, bool valid)
    {
        var request = await SendAsync(Target(), "{}"u8.ToArray(), new ManualClock(TimeProvider.System.GetUtcNow().AddSeconds(seconds)));
        await (valid ? AreValidAsync(Current, request) : AreRefusedAsync(Current, request));
    }

    // A node whose clock is hours wrong signs the time of the database.
    [TestCase(7)]
    [TestCase(-7)]
    public async Task Send_OnANodeWithAWrongClock_Verifies(int hours)
    {
        using var harness = new SenderHarness(clock: new ShiftedClock(TimeSpan.FromHours(hours)));
        harness.Now.Set(TimeProvider.System.GetUtcNow());
        var now = TimeProvider.System.GetUtcNow();
        var target = Target(new(SenderHarness.Key(1), null), new(SenderHarness.Key(2), now.AddMinutes(1)), new(SenderHarness.Key(3), now.AddMinutes(-1)));

        var report = await harness.Sender.SendAsync(target, SenderHarness.Message("{}"u8.ToArray()), CancellationToken.None);

        _receiver.Requests.TryDequeue(out var request).Should().BeTrue();
        await AreValidAsync(Current, request!);
        await AreValidAsync(Former, request!);
        await AreRefusedAsync(WebhookSecret.Format(SenderHarness.Key(3)), request!);
        report.StartedAt.Should().BeCloseTo(now, TimeSpan.FromSeconds(30));
    }

    // Versions that a receiver does not know, and signatures by secrets that it does not have, stand beside the one that it takes.
    [TestCase("{0}", true)]
    [TestCase("v1a,bm9uZQ== {0}", true)]
    [TestCase("{0} v1a,bm9uZQ==", true)]
    [TestCase("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1a,bm9uZQ== v9,x {0}", true)]
    [TestCase("v1a,{1}", false)]
    [TestCase("v1a,{1} v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    public async Task Verify_SeveralSignatures_OneThatMatchesIsEnough(string form, bool valid)
    {
        var request = await SendAsync(Target(), "{}"u8.ToArray());
        var signature = request.Header("webhook-signature")!;
        var sent = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, signature, signature[3..]);
        request = request with { Head = request.Head.Replace(signature, sent, StringComparison.Ordinal) };
        await (valid ? AreValidAsync(Current, request) : AreRefusedAsync(Current, request));
    }

    // A retry days later and a replay carry the id of the first attempt and their own time.
    [Test]
    public async Task Send_RetriesAndReplays_VerifyUnderTheSameId()
    {
        var body = "{\"a\":1}"u8.ToArray();
        var now = TimeProvider.System.GetUtcNow();
        var first = await SendAsync(Target(), body, new ManualClock(now.AddDays(-3)));
        var retry = await SendAsync(Target(), body, new ManualClock(now), message => message with { Attempt = 9 });
        var replay = await SendAsync(Target(), body, new ManualClock(now.AddSeconds(5)), message => message with { DeliveryId = new DeliveryId(Guid.Parse("01930000-0000-7000-8000-0000000000ff")) });

        await AreRefusedAsync(Current, first);
        await AreValidAsync(Current, retry);
        await AreValidAsync(Current, replay);
        new[] { first, retry, replay }.Select(r => r.Header("webhook-id")).Distinct().Should().HaveCount(1);
        new[] { first, retry, replay }.Select(r => r.Header("webhook-timestamp")).Should().OnlyHaveUniqueItems();
        replay.Header("x-datahub-delivery").Should().NotBe(first.Header("x-datahub-delivery"));
    }

    [TestCase("webhook-id", "evt_00000000000000000000000000")]
    [TestCase("webhook-timestamp", "1")]
    [TestCase("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task Verify_HeaderThatWasChanged_IsRefused(string name, string value)
    {
        var request = await SendAsync(Target(), "{}"u8.ToArray());
        var before = request.Header(name)!;
        await AreRefusedAsync(Current, request with { Head = request.Head.Replace(before, value, StringComparison.Ordinal) });
    }

    private SubscriptionTarget Target(params SigningSecret[] secrets) =>
        SenderHarness.Target(_receiver.Url) with { Secrets = secrets.Length == 0 ? [new SigningSecret(SenderHarness.Key(1), null)] : secrets };

    private async Task<Received> SendAsync(SubscriptionTarget target, byte[] body, TimeProvider? clock = null, Func<WebhookMessage, WebhookMessage>? change = null)
    {
        using var harness = new SenderHarness(clock: clock);
        var message = SenderHarness.Message(body);
        (await harness.Sender.SendAsync(target, change?.Invoke(message) ?? message, CancellationToken.None)).Class.Should().Be(AttemptClass.Success);
        _receiver.Requests.TryDequeue(out var request).Should().BeTrue();
        return request!;
    }

    private async Task AreValidAsync(string secret, Received request) =>
        (await AskAsync(secret, request)).Should().HaveCount(3).And.OnlyContain(v => v.Value == "valid");

    private async Task AreRefusedAsync(string secret, Received request) =>
        (await AskAsync(secret, request)).Should().HaveCount(3).And.OnlyContain(v => v.Value.StartsWith("refused"));

    private Task<IReadOnlyDictionary<string, string>> AskAsync(string secret, Received request) =>
        _verifiers.AskAsync(secret, request.Names.ToDictionary(n => n, n => request.Header(n)!), request.Body);
}
