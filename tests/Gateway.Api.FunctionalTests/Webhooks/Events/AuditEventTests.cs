using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Events;

public class AuditEventTests : WebhooksFixture
{
    protected override string[] Settings => ["Audit:PublishEvents=true"];

    [Test]
    public async Task Command_ThatIsAudited_IsDeliveredToWhoSubscribedToTheTrail()
    {
        await NewSubscriptionAsync("audit.*");

        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName("consumer"), segment = "partner" })).Is(HttpStatusCode.Created).Id;

        JsonObject Sent() => Sender.Sent.Select(s => Json(s.Message.Body.ToArray())).FirstOrDefault(b => (string?)b["data"]!["resourceId"] == consumer) ?? [];
        await Eventually.TrueAsync(() => Task.FromResult(Sent().Count > 0), "the event is delivered");
        ((string?)Sent()["type"]).Should().Be("audit.recorded");
        ((string?)Sent()["data"]!["action"]).Should().Be("consumer.create");
        ((string?)Sent()["data"]!["actor"]).Should().StartWith("key_");
    }
}
