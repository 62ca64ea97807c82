using System.Net;
using System.Text;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

public class SecretTests : WebhooksFixture
{
    [Test]
    public async Task Rotate_WithOverlap_LetsBothSignNewestFirst()
    {
        var made = await NewSubscriptionAsync("*");
        var before = await KeysAsync(made.Id);

        var rotated = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret")).Is(HttpStatusCode.OK);

        var secrets = (await Directory.FindAsync(IdOf(made.Id), CancellationToken.None))!.Secrets;
        secrets.Should().HaveCount(2);
        Convert.ToBase64String(secrets[0].Key.Span).Should().Be(((string)rotated.Body["secret"]!)["whsec_".Length..]);
        secrets[0].ValidUntil.Should().BeNull();
        Convert.ToBase64String(secrets[1].Key.Span).Should().Be(before.Single());
        (secrets[1].ValidUntil!.Value - TimeProvider.System.GetUtcNow()).Should().BeCloseTo(TimeSpan.FromDays(1), TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Rotate_WithoutOverlap_EndsEveryEarlierSecretAtOnce()
    {
        var made = await NewSubscriptionAsync("*");
        await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret", new { overlapSeconds = 604_800 });

        var rotated = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret", new { overlapSeconds = 0 })).Is(HttpStatusCode.OK);

        (await KeysAsync(made.Id)).Should().Equal(((string)rotated.Body["secret"]!)["whsec_".Length..]);
    }

    [Test]
    public async Task Revoke_AnEarlierSecret_EndsItAtOnceAndTheCurrentOneStays()
    {
        var made = await NewSubscriptionAsync("*");
        await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret");

        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:revoke-secret", new { number = 2 })).Is(HttpStatusCode.Conflict);
        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:revoke-secret", new { number = 9 })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/number");
        var revoked = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:revoke-secret", new { number = 1 })).Is(HttpStatusCode.OK);

        revoked.Data["secrets"]!.AsArray().Should().ContainSingle().Which!["number"]!.GetValue<int>().Should().Be(2);
        (await KeysAsync(made.Id)).Should().ContainSingle();
    }

    [Test]
    public async Task Rotate_OutOfBounds_IsRefused()
    {
        var made = await NewSubscriptionAsync("*");

        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret", new { overlapSeconds = 604_801 })).Is(HttpStatusCode.BadRequest);
        for (var i = 0; i < 9; i++)
        {
            (await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret")).Is(HttpStatusCode.OK);
        }

        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret")).Is(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Test_Success_SendsThePingByTheWayOfDeliveriesAndVerifies()
    {
        var made = await NewSubscriptionAsync("order.created");

        var tested = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:test")).Is(HttpStatusCode.OK);

        ((string)tested.Data["result"]!).Should().Be("success");
        ((int)tested.Data["status"]!).Should().Be(200);
        var (target, message) = Sender.Sent.Last(s => s.Target.Id.ToString() == made.Id);
        message.EventType.Should().Be("datahub.ping");
        message.EventId.ToString().Should().Be((string)tested.Data["eventId"]!);
        ((string)Json(message.Body.ToArray())["type"]!).Should().Be("datahub.ping");
        target.Secrets.Should().ContainSingle();
        ((bool)(await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Data["verified"]!).Should().BeTrue();
    }

    [TestCase(AttemptClass.Blocked)]
    [TestCase(AttemptClass.Dns)]
    [TestCase(AttemptClass.Connect)]
    [TestCase(AttemptClass.Tls)]
    public async Task Test_NoConnection_TellsNotWhy(AttemptClass what)
    {
        var made = await NewSubscriptionAsync("order.created");
        Sender.Answers[IdOf(made.Id)] = _ => RecordingSender.Report(what, null);

        var tested = (await NewAdminAsync()).PostAsync($"{Subscriptions}/{made.Id}:test");

        (await tested).Is(HttpStatusCode.OK).Data.ToJsonString().Should().Contain("\"result\":\"unreachable\"").And.Contain("\"durationMilliseconds\":null");
        ((bool)(await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Data["verified"]!).Should().BeFalse();
    }

    [TestCase(true, true)]
    [TestCase(false, false)]
    public async Task Test_Challenge_VerifiesWhoAnswersIt(bool answers, bool verified)
    {
        var made = await NewSubscriptionAsync("order.created");
        Sender.Answers[IdOf(made.Id)] = message => RecordingSender.Report(
            AttemptClass.Success, 200, Encoding.UTF8.GetBytes(answers ? $"{{\"challenge\":\"{(string)Json(message.Body.ToArray())["data"]!["challenge"]!}\"}}" : "ok"));

        var tested = (await (await NewAdminAsync()).PostAsync($"{Subscriptions}/{made.Id}:test", new { challenge = true })).Is(HttpStatusCode.OK);

        ((bool)tested.Data["challengeAnswered"]!).Should().Be(answers);
        ((bool)(await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Data["verified"]!).Should().Be(verified);
    }

    [Test]
    public async Task Test_TooOften_Is429()
    {
        var made = await NewSubscriptionAsync("*");
        var admin = await NewAdminAsync();
        for (var i = 0; i < 10; i++)
        {
            (await admin.PostAsync($"{Subscriptions}/{made.Id}:test")).Is(HttpStatusCode.OK);
        }

        // One more is allowed for every six seconds that these took.
        var refused = await admin.PostAsync($"{Subscriptions}/{made.Id}:test");
        for (var more = 0; more < 20 && refused.Status == HttpStatusCode.OK; more++)
        {
            refused = await admin.PostAsync($"{Subscriptions}/{made.Id}:test");
        }

        refused.Is(HttpStatusCode.TooManyRequests).Headers.Should().ContainKey("Retry-After");
    }

    [Test]
    public async Task Status_FromDelivery_VerifiesAndDisables()
    {
        var made = await NewSubscriptionAsync("*");
        var status = Gateway.Services.GetRequiredService<ISubscriptionStatus>();

        await status.VerifiedAsync(IdOf(made.Id), new Uri("https://partner.example/hooks"), CancellationToken.None);
        await status.DisableAsync(IdOf(made.Id), new Uri("https://partner.example/hooks"), DataHub.Domain.Webhooks.Subscriptions.DisabledReason.Gone, CancellationToken.None);

        var read = await Admin.GetAsync($"{Subscriptions}/{made.Id}");
        ((bool)read.Data["verified"]!).Should().BeTrue();
        ((string)read.Data["disabledReason"]!).Should().Be("gone");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = 'webhook.endpoint.disabled' AND convert_from(payload, 'UTF8') LIKE '%{made.Id}%'")).Should().Be(1);
    }

    [Test]
    public async Task Status_GoneOfAnEarlierUrl_LeavesTheSubscriptionOn()
    {
        var made = await NewSubscriptionAsync("*");
        var status = Gateway.Services.GetRequiredService<ISubscriptionStatus>();

        var disabled = await status.DisableAsync(IdOf(made.Id), new Uri("https://partner.example/earlier"), DataHub.Domain.Webhooks.Subscriptions.DisabledReason.Gone, CancellationToken.None);

        disabled.Should().BeFalse();
        ((string?)(await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Data["disabledReason"]).Should().BeNull();
    }

    // An identity with a budget of its own.
    private async Task<AdminClient> NewAdminAsync()
    {
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName("admins"), segment = "admin" })).Is(HttpStatusCode.Created).Id;
        var key = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Created);
        return AdminClient.As(Gateway, (string)key.Body["secret"]!);
    }

    private async Task<IEnumerable<string>> KeysAsync(string subscription) =>
        (await Directory.FindAsync(IdOf(subscription), CancellationToken.None))!.Secrets.Select(s => Convert.ToBase64String(s.Key.Span));
}
