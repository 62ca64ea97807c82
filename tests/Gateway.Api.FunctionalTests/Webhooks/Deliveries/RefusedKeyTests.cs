using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>What would go to the holder of a key that was narrowed or revoked is discarded, and that can be seen.</summary>
public class RefusedKeyTests : WebhooksFixture
{
    private const string Deliveries = "/api/v1/webhooks/deliveries";

    [TestCase(true)]
    [TestCase(false)]
    public async Task Event_AfterTheKeyMayNoLongerReceiveIt_IsDiscardedAndLogged(bool revoked)
    {
        var word = NewName("e");
        var (key, _, holder) = await NewHolderAsync(word + ":read");
        var id = (await holder.PostAsync($"{Own}/register", Body(word + ".made"))).Is(HttpStatusCode.Created).Id;
        await (revoked ? Admin.PostAsync($"/api/v1/keys/{key}:revoke", new { reason = "lost" }) : Admin.PatchAsync($"/api/v1/keys/{key}", new { scopes = new[] { "other:read" } }));

        var published = (await Admin.PostAsync("/api/v1/webhooks/events", new { type = word + ".made", data = new { n = 1 } })).Is(HttpStatusCode.Accepted).Id;

        JsonNode? seen = null;
        await Eventually.TrueAsync(async () => (seen = (await Admin.GetAsync($"{Deliveries}?subscription={id}")).Body["data"]!.AsArray().SingleOrDefault()) is not null, "it is in the log");
        ((string)seen!["eventId"]!, (string)seen["state"]!, (string)seen["reason"]!).Should().Be((published, "discarded", "scope"));
        Sender.Sent.Should().NotContain(s => s.Target.Id.ToString() == id);
    }
}
