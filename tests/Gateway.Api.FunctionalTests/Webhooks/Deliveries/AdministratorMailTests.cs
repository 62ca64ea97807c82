using System.Net;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>Administrators get a mail when an endpoint is lost, over a real mail server, and not one for each delivery.</summary>
public sealed class AdministratorMailTests : WebhooksFixture
{
    private const string Events = "/api/v1/webhooks/events";
    private const string Address = "admin@example.com";

    private readonly MailSink _mails = new();

    protected override string[] Settings =>
        ["Mail:Host=127.0.0.1", $"Mail:Port={_mails.Port}", "Mail:StartTls=false", "Mail:From=gateway@example.com", "SignIn:PublicUrl=https://gateway.example.com/", "Webhooks:SweepMilliseconds=200"];

    [OneTimeSetUp]
    public async Task InviteAsync()
    {
        (await Admin.PostAsync("/api/v1/users", new { email = Address, name = "Admin", role = "admin" })).Is(HttpStatusCode.Created);
        (await Admin.PostAsync("/api/v1/users", new { email = "viewer@example.com", name = "Viewer", role = "viewer" })).Is(HttpStatusCode.Created);
        await Database.ExecuteAsync("UPDATE access.users SET status = 'active'");
    }

    [OneTimeTearDown]
    public void CloseMails() => _mails.Dispose();

    [Test]
    public async Task Exhausted_ManyDeliveriesOfOneEndpoint_IsOneMailAnHour()
    {
        var (id, type) = await NewAsync(AttemptClass.Status, 500);

        await PublishAsync(type, 6);
        await Eventually.TrueAsync(async () => await EndedAsync(id) == 6, "all have failed");
        await SentinelAsync();

        var mail = To(id).Should().ContainSingle().Subject;
        mail.Should().Contain("Webhook delivery failed for good").And.Contain("Last attempt: Status 500").And.Contain("can be sent again").And.NotContain("whsec_");
        (await ToldAsync("delivery.exhausted", id)).Should().Be(1);
        _mails.To("viewer@example.com").Should().BeEmpty("it is for administrators");

        await Database.ExecuteAsync($"UPDATE webhooks.endpoint_state SET exhausted_told_at = now() - interval '61 minutes' WHERE subscription_id = '{IdOf(id).Value}'");
        await PublishAsync(type, 2);
        await Eventually.TrueAsync(async () => await EndedAsync(id) == 8, "they have failed too");
        await SentinelAsync();
        To(id).Should().HaveCount(2, "an hour later it is told again, once");
    }

    [Test]
    public async Task Gone_ByManyAttemptsAtOnce_DisablesAndIsOneMail()
    {
        var (id, type) = await NewAsync(AttemptClass.Gone, 410);

        await PublishAsync(type, 9);
        await Eventually.TrueAsync(async () => (string?)(await Admin.GetAsync($"{Subscriptions}/{id}")).Data["disabledReason"] == "gone", "it is disabled");
        await Eventually.TrueAsync(() => To(id).Any(), "it is mailed");
        await SentinelAsync();

        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.attempts WHERE subscription_id = '{IdOf(id).Value}' AND status = 410")).Should().BeGreaterThan(1, "several attempts said so");
        To(id).Should().ContainSingle().Which.Should().Contain("Webhook endpoint is gone and was disabled");
        (await ToldAsync("endpoint.disabled", id)).Should().Be(1);
    }

    // Alerts are told one after the other: when one that came later has arrived, no earlier one is on its way.
    private async Task SentinelAsync()
    {
        var (id, type) = await NewAsync(AttemptClass.Status, 500);
        await PublishAsync(type, 1);
        await Eventually.TrueAsync(() => To(id).Any(), "the last alert arrives");
    }

    private async Task<(string Id, string Type)> NewAsync(AttemptClass what, int status)
    {
        var type = NewName("mailed") + ".x";
        var id = (await NewSubscriptionAsync(new { url = "https://partner.example/hooks", eventTypes = new[] { type }, retry = new { retryCount = 0 } })).Id;
        Sender.Answers[IdOf(id)] = _ => RecordingSender.Report(what, status);
        return (id, type);
    }

    private async Task PublishAsync(string type, int count) =>
        (await Admin.PostAsync(Events, new { events = Enumerable.Range(1, count).Select(n => new { type, data = new { n } }).ToArray() })).Is(HttpStatusCode.Accepted);

    private IEnumerable<string> To(string subscription) => _mails.To(Address).Where(m => m.Contains(subscription, StringComparison.Ordinal));

    private Task<long> EndedAsync(string id) => Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.outcomes WHERE subscription_id = '{IdOf(id).Value}' AND outcome = 1");

    private Task<long> ToldAsync(string what, string id) =>
        Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = 'webhook.{what}' AND convert_from(payload, 'UTF8') LIKE '%{id}%'");
}
