using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>A delivery that failed for good is told of, also when the process that ended it did not get to say so.</summary>
public class UntoldFailureTests : WebhooksFixture
{
    [TestCase(1, "webhook.delivery.exhausted")]
    [TestCase(3, "webhook.delivery.quarantined")]
    public async Task Outcome_ThatNobodyWasToldOf_IsToldOfOnce(int outcome, string type)
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        await EndAsync(id, outcome, "1 minute");
        var untold = Gateway.Services.GetRequiredService<UntoldFailures>();

        await untold.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);

        await Eventually.TrueAsync(async () => await ToldAsync(id, type) == 1, "it is told of");
        await EndAsync(id, outcome, "1 second");
        await untold.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);
        var other = (await NewSubscriptionAsync("order.created")).Id;
        await EndAsync(other, outcome, "1 second");
        await untold.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);
        await Eventually.TrueAsync(async () => await ToldAsync(other, type) == 1, "the other is told of, behind the first");
        (await ToldAsync(id, type)).Should().Be(1, "one word stands for the failures of an hour");
    }

    [Test]
    public async Task Outcome_OfADeletedSubscription_IsNotToldOf()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        await EndAsync(id, 1, "1 second"); // Too fresh for the round in the background.
        (await Admin.DeleteAsync($"{Subscriptions}/{id}")).Is(System.Net.HttpStatusCode.NoContent);

        await Gateway.Services.GetRequiredService<UntoldFailures>().RunOnceAsync(TimeSpan.Zero, CancellationToken.None);
        var other = (await NewSubscriptionAsync("order.created")).Id;
        await EndAsync(other, 1, "1 second");
        await Gateway.Services.GetRequiredService<UntoldFailures>().RunOnceAsync(TimeSpan.Zero, CancellationToken.None);

        await Eventually.TrueAsync(async () => await ToldAsync(other, "webhook.delivery.exhausted") == 1, "the other is told of");
        (await ToldAsync(id, "webhook.delivery.exhausted")).Should().Be(0);
    }

    private Task EndAsync(string id, int outcome, string ago) => Database.ExecuteAsync($"""
        INSERT INTO webhooks.outcomes (finished_at, created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT now() - interval '{ago}', now(), now(), gen_random_uuid(), gen_random_uuid(), tenant_id, id, 1, 0, {outcome}, 0, 'order.created', 'exhausted' FROM webhooks.subscriptions WHERE id = '{IdOf(id).Value}'
        """);

    private Task<long> ToldAsync(string id, string type) =>
        Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = '{type}' AND convert_from(payload, 'UTF8') LIKE '%{id}%'");
}
