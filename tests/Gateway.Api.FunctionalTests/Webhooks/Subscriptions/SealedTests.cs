using System.Net;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Subscriptions;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

/// <summary>A node that cannot open the secret of a subscription, as before its pepper arrives there, keeps what is for it.</summary>
public class SealedTests : WebhooksFixture
{
    [Test]
    public async Task Secret_DoesNotOpenForAWhile_HoldsWhatComesAndSendsItThen()
    {
        var type = NewName("e") + ".made";
        var id = IdOf((await NewSubscriptionAsync(type)).Id);
        var secrets = await Database.QueryScalarAsync<string>($"SELECT secrets::text FROM webhooks.subscriptions WHERE id = '{id.Value}'");
        var foreign = IdOf((await NewSubscriptionAsync(type + "d")).Id);
        await SetAsync($"(SELECT secrets FROM webhooks.subscriptions WHERE id = '{foreign.Value}')");
        (await Directory.FindAsync(id, CancellationToken.None)).Should().Match<Application.Webhooks.Contracts.SubscriptionTarget?>(t => t != null && !t.Enabled && t.DisabledAt == null);

        (await Admin.PostAsync("/api/v1/webhooks/events", new { type, data = new { n = 1 } })).Is(HttpStatusCode.Accepted);
        await Eventually.TrueAsync(async () => await WaitingAsync() == 1, "it is matched");
        await Database.ExecuteAsync($"UPDATE webhooks.deliveries SET next_at = now() - interval '9 days' WHERE subscription_id = '{id.Value}'");
        await Gateway.Services.GetRequiredService<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);
        (await WaitingAsync()).Should().Be(1, "it does not expire for that");
        Sender.Sent.Should().NotContain(s => s.Target.Id == id);

        await SetAsync($"'{secrets}'::jsonb");

        await Eventually.TrueAsync(() => Sender.Sent.Any(s => s.Target.Id == id), "it is sent");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.outcomes WHERE subscription_id = '{id.Value}' AND outcome <> 0")).Should().Be(0);

        Task<long> WaitingAsync() => Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.deliveries WHERE subscription_id = '{id.Value}'");

        async Task SetAsync(string value)
        {
            await Database.ExecuteAsync($"""
                UPDATE webhooks.subscriptions SET secrets = {value} WHERE id = '{id.Value}';
                INSERT INTO platform.changes (topic, payload) VALUES ('subscriptions', '{id}');
                """);
            await ((SubscriptionDirectory)Directory).RefreshAsync(CancellationToken.None);
        }
    }

    [Test]
    public async Task Test_SecretDoesNotOpen_Is409()
    {
        var made = await NewSubscriptionAsync(NewName("e") + ".made");
        var foreign = await NewSubscriptionAsync(NewName("e") + ".made");
        await Database.ExecuteAsync($"""
            UPDATE webhooks.subscriptions SET secrets = (SELECT secrets FROM webhooks.subscriptions WHERE id = '{IdOf(foreign.Id).Value}') WHERE id = '{IdOf(made.Id).Value}'
            """);

        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:test")).Is(HttpStatusCode.Conflict);
        Sender.Sent.Should().NotContain(s => s.Target.Id == IdOf(made.Id));
    }
}
