using System.Net;
using System.Text.Json.Nodes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.SelfService;

/// <summary>The holder of a key goes through all of <c>/self</c> with the ids of another, and learns nothing: each answer is that of an id that never was.</summary>
public class OwnIsolationTests : WebhooksFixture
{
    [Test]
    public async Task Endpoints_WithAnIdOfAnotherHolder_AnswerAsForOneThatNeverWas()
    {
        var (key, _, owner) = await NewHolderAsync("hidden:read");
        var (_, _, stranger) = await NewHolderAsync("other:read");
        var subscription = (await owner.PostAsync(Own, Body("hidden.x"))).Is(HttpStatusCode.Created).Id;
        var published = (await Admin.PostAsync("/api/v1/webhooks/events", new { type = "hidden.x", data = new { } })).Is(HttpStatusCode.Accepted).Id;
        var delivery = await DeliveryAsync(owner, subscription);
        var ids = new Dictionary<string, (string Foreign, Func<string> Never)>
        {
            ["/self/keys/"] = (key, Never<ApiKeyId>),
            ["/self/webhooks/events/"] = (published, Never<EventId>),
            ["/self/webhooks/deliveries/"] = (delivery, Never<DeliveryId>),
            ["/self/webhooks/"] = (subscription, Never<SubscriptionId>),
        };
        var walked = 0;
        foreach (var endpoint in AdminEndpoint.AllOf(Gateway).Where(e => e.Pattern.StartsWith("/self/", StringComparison.Ordinal) && e.Endpoint.RoutePattern.Parameters.Count > 0 && !e.Pattern.StartsWith("/self/registrations", StringComparison.Ordinal)))
        {
            var (foreign, makeNever) = ids.First(i => endpoint.Pattern.StartsWith(i.Key, StringComparison.Ordinal)).Value;
            var never = makeNever();
            var unknown = await CallAsync(stranger, endpoint, never);
            unknown.Status.Should().Be(HttpStatusCode.NotFound, endpoint.Name);
            Comparable(await CallAsync(stranger, endpoint, foreign), foreign).Should().Be(Comparable(unknown, never), endpoint.Name);
            walked++;
        }

        walked.Should().BeGreaterThan(12);
        (await owner.GetAsync($"{Own}/{subscription}")).Is(HttpStatusCode.OK);
        (await owner.GetAsync($"{Own}/deliveries/{delivery}")).Is(HttpStatusCode.OK);
        (await owner.GetAsync($"{Own}/events/{published}")).Is(HttpStatusCode.OK);
    }

    private static async Task<string> DeliveryAsync(AdminClient owner, string subscription)
    {
        async Task<JsonArray> ListAsync() => (await owner.GetAsync($"{Own}/deliveries?subscription={subscription}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        await Eventually.TrueAsync(async () => (await ListAsync()).Count > 0, "the event is fanned out");
        return (string)(await ListAsync())[0]!["id"]!;
    }

    private static string Never<TId>() where TId : struct, IEntityId<TId> => EntityId.Format(TId.From(Guid.CreateVersion7()));

    // Valid in every other respect, so that the id alone decides.
    private static Task<Answer> CallAsync(AdminClient client, AdminEndpoint endpoint, string id) =>
        client.SendAsync(new HttpMethod(endpoint.Method), endpoint.PathWith(_ => id), endpoint.Pattern switch
        {
            _ when endpoint.Method == "PUT" => Body("other.x"),
            _ when endpoint.Method == "PATCH" => new { description = "x" },
            "/self/webhooks/{id}:recover" => new { since = TimeProvider.System.GetUtcNow().AddDays(-1) },
            "/self/webhooks/{id}:revoke-secret" => new { number = 1 },
            _ => null,
        });

    // The request id differs by nature, and the id is what was asked for.
    private static string Comparable(Answer answer, string id)
    {
        var body = JsonNode.Parse(answer.Body.ToJsonString())!.AsObject();
        body.Remove("requestId");
        var headers = answer.Headers.Where(h => !h.Key.Equals("Date", StringComparison.OrdinalIgnoreCase) && !h.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase)).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}");
        return $"{answer.Status}\n{string.Join('\n', headers)}\n{body.ToJsonString()}".Replace(id, "ID", StringComparison.Ordinal);
    }
}
