using System.Net;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

public class EnableAfterGoneTests : WebhooksFixture
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
}
