using System.Net;
using DataHub.Domain.Webhooks.Events;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Publishing;

/// <summary>What may be published where only registered types may be.</summary>
public class RegisteredTypesTests : WebhooksFixture
{
    private const string Events = "/api/v1/webhooks/events";
    private const string Types = "/api/v1/webhooks/event-types";

    protected override string[] Settings => ["Webhooks:RequireRegisteredTypes=true"];

    [Test]
    public async Task Publish_TypeThatNobodyRegistered_IsRefusedUntilItIs()
    {
        var name = NewName("strict") + ".made";
        var body = new { type = name, data = new { n = 1 } };
        var refused = (await Admin.PostAsync(Events, body)).Is(HttpStatusCode.BadRequest);
        refused.Pointers.Should().Equal("/type");
        refused.Body.ToJsonString().Should().Contain("unregistered").And.Contain("POST /api/v1/webhooks/event-types");
        (await Admin.PostAsync(Events, new { events = new object[] { body } })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/events/0/type");
        (await Admin.PostAsync(Events + "?dryRun=true", body)).Is(HttpStatusCode.BadRequest);

        (await Admin.PostAsync(Types, new { name })).Is(HttpStatusCode.Created);

        await Eventually.TrueAsync(async () => (await Admin.PostAsync(Events, body)).Status == HttpStatusCode.Accepted, "it is taken");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = '{name}'")).Should().Be(1);
    }

    [Test]
    public async Task Publish_ByTheGatewayItself_NeedsNoRegistration()
    {
        var (id, _, _) = await NewHolderAsync("order:read");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = 'key.created' AND source = 'datahub' AND convert_from(payload, 'UTF8') LIKE '%{id}%'")).Should().Be(1);
    }

    private static IEnumerable<string> OfTheGateway() => [.. BuiltInEventTypes.All.Select(t => t.Name), "datahub.ping", "key", "key.anything", "webhook.endpoint.disabled.again", "audit", "alert.x"];

    // Receivers act upon what the gateway tells them of their keys and endpoints: nobody else may say it.
    [TestCaseSource(nameof(OfTheGateway))]
    public async Task Publish_TypeOfTheGateway_IsRefusedWhateverTheWay(string type)
    {
        var body = new { type, data = new { } };
        (await Admin.PostAsync(Events, body)).Is(HttpStatusCode.BadRequest).Body.ToJsonString().Should().Contain("\"reserved\"");
        (await Admin.PostAsync(Events, new { events = new object[] { body } })).Is(HttpStatusCode.BadRequest).Body.ToJsonString().Should().Contain("\"reserved\"");
        (await Admin.PostAsync(Events + "?dryRun=true", body)).Is(HttpStatusCode.BadRequest);
        (await Admin.PostAsync(Types, new { name = type })).Is(HttpStatusCode.BadRequest).Body.ToJsonString().Should().Contain("\"reserved\"");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = '{type}' AND source = 'api'")).Should().Be(0);
    }
}
