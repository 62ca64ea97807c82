using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

public class EnableTests : WebhooksFixture
{
    // What waits because of a 410 waits for the enabling, not for a minute after it.
    [TestCase("none")]
    [TestCase("fifo")]
    public async Task Enable_AfterGone_SendsWhatWaitsAtOnce(string order)
    {
        var type = NewName("e") + ".made";
        var made = await NewSubscriptionAsync(new { url = "https://partner.example/hooks", eventTypes = new[] { type }, order });
        var id = IdOf(made.Id);
        Sender.Answers[id] = _ => RecordingSender.Report(AttemptClass.Gone, 410);
        (await Admin.PostAsync("/api/v1/webhooks/events", new { type, data = new { n = 1 } })).Is(HttpStatusCode.Accepted);
        await Eventually.TrueAsync(async () => !(bool)(await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Data["enabled"]!, "it is disabled");
        await Eventually.TrueAsync(
            async () => await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.deliveries WHERE subscription_id = '{id.Value}' AND next_reason = 'gone' AND lease_token IS NULL") == 1,
            "it is held");

        Sender.Answers.TryRemove(id, out _);
        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:enable")).Is(HttpStatusCode.OK);

        await Eventually.TrueAsync(() => Sender.Sent.Count(s => s.Target.Id == id) == 2, "it is sent again");
    }

    // Nobody had it in memory meanwhile: the node that looked after it began anew.
    [Test]
    public async Task Enable_AfterDaysOfFailures_ForgetsThem()
    {
        var made = await NewSubscriptionAsync(NewName("e") + ".made");
        var id = IdOf(made.Id);
        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:disable")).Is(HttpStatusCode.OK);
        await Database.ExecuteAsync($"""
            INSERT INTO webhooks.endpoint_state (subscription_id, first_failure_at, failures_since, last_failure_at, last_success_at, failures, warned)
            VALUES ('{id.Value}', now() - interval '6 days', now() - interval '6 days', now() - interval '1 hour', now() - interval '7 days', 25, 2)
            """);

        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:enable")).Is(HttpStatusCode.OK);

        (await Database.QueryScalarAsync<long>($"""
            SELECT count(*) FROM webhooks.endpoint_state
            WHERE subscription_id = '{id.Value}' AND failures = 0 AND warned = 0 AND first_failure_at IS NULL AND failures_since IS NULL AND last_failure_at IS NULL AND last_success_at IS NOT NULL
            """)).Should().Be(1);
    }

    [Test]
    public async Task Disable_Enabled_TellsSinceWhenUntilItIsEnabled()
    {
        var made = await NewSubscriptionAsync(NewName("e") + ".made");
        var disabled = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:disable")).Is(HttpStatusCode.OK);

        await Eventually.TrueAsync(async () => await TargetAsync() is { Enabled: false }, "the engine knows");
        (await TargetAsync())!.DisabledAt.Should().BeCloseTo((DateTimeOffset)disabled.Data["disabledAt"]!, TimeSpan.FromMilliseconds(1));
        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:enable")).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => await TargetAsync() is { Enabled: true, DisabledAt: null }, "it is enabled again");

        ValueTask<SubscriptionTarget?> TargetAsync() => Directory.FindAsync(IdOf(made.Id), CancellationToken.None);
    }
}
