using System.Net;
using System.Text.Json.Nodes;
using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.Observability.RequestLogs;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Tenants;

/// <summary>One tenant goes through the whole API with the ids of another, and learns nothing: each answer is that of an id that never was.</summary>
public class TenantIsolationTests : TenantFixture
{
    private static readonly IReadOnlyDictionary<string, Func<string>> Never = new Dictionary<string, Func<string>>
    {
        ["consumers"] = NeverOf<ConsumerId>,
        ["keys"] = NeverOf<ApiKeyId>,
        ["apis"] = NeverOf<ApiId>,
        ["routes"] = NeverOf<RouteId>,
        ["upstreams"] = NeverOf<UpstreamId>,
        ["tiers"] = NeverOf<RateLimitTierId>,
        ["users"] = NeverOf<UserId>,
        ["issuers"] = NeverOf<TokenIssuerId>,
        ["logs"] = NeverOf<RequestId>,
        ["registrations"] = NeverOf<RegistrationId>,
        ["sign-up-codes"] = NeverOf<SignUpCodeId>,
        ["audit"] = NeverOf<AuditRecordId>,
        ["webhooks/subscriptions"] = NeverOf<SubscriptionId>,
        ["webhooks/event-types"] = () => "secret.never",
        ["webhooks/events"] = NeverOf<EventId>,
        ["webhooks/deliveries"] = NeverOf<DeliveryId>,
        ["webhooks/jobs"] = NeverOf<ReplayJobId>,
    };

    private IReadOnlyDictionary<string, string> _foreign = null!;
    private IReadOnlyDictionary<string, string> _own = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _own = await OneOfEachAsync(GlobexAdmin);
        _foreign = new Dictionary<string, string>(await OneOfEachAsync(AcmeAdmin)) 
        {
            ["logs"] = await LoggedRequestAsync(),
            ["registrations"] = await RegisteredAsync(),
            ["sign-up-codes"] = (await AcmeAdmin.PostAsync("/api/v1/sign-up-codes", new { segment = "partner" })).Is(HttpStatusCode.Created).Id,
            ["audit"] = (string)(await AcmeAdmin.GetAsync("/api/v1/audit?limit=1")).Body["data"]!.AsArray()[0]!["id"]!,
            ["webhooks/subscriptions"] = (await AcmeAdmin.PostAsync("/api/v1/webhooks/subscriptions", new { url = "https://partner.invalid/hooks", eventTypes = new[] { "secret.thing" } })).Is(HttpStatusCode.Created).Id,
            ["webhooks/event-types"] = (await AcmeAdmin.PostAsync("/api/v1/webhooks/event-types", new { name = "secret.thing" })).Is(HttpStatusCode.Created).Id,
            ["webhooks/events"] = (await AcmeAdmin.PostAsync("/api/v1/webhooks/events", new { type = "secret.thing", data = new { } })).Is(HttpStatusCode.Accepted).Id,
            ["webhooks/jobs"] = (await AcmeAdmin.PostAsync("/api/v1/webhooks/jobs", new { since = TimeProvider.System.GetUtcNow().AddDays(-1) })).Is(HttpStatusCode.Accepted).Id,
            ["webhooks/deliveries"] = await DeliveryAsync(),
        };
    }

    [Test]
    public async Task Endpoints_WithAnIdOfAnotherTenant_AnswerAsForOneThatNeverWas()
    {
        var walked = 0;
        foreach (var endpoint in AdminEndpoint.AllOf(Gateway).Where(e => e.Endpoint.RoutePattern.Parameters.Count > 0))
        {
            var collection = CollectionOf(endpoint.Pattern);
            if (endpoint.Endpoint.Metadata.GetMetadata<AccessRequirement.GlobalOnly>() is not null)
            {
                continue; // For nobody of a tenant; the matrix has it.
            }

            if (collection == "self")
            {
                continue; // For strangers and holders of keys, who have no ids to ask for but their own.
            }

            if (endpoint.Endpoint.Metadata.GetMetadata<AccessRequirement>()?.Kinds.Contains(ActorKind.AdminKey) != true)
            {
                continue; // For everybody, or of the person who asks alone; the tests of sessions have it.
            }

            _foreign.Should().ContainKey(collection, $"{endpoint.Name} has an id: add a resource of its kind to the fixture");
            var never = Never[collection]();
            var foreign = await CallAsync(endpoint, _foreign[collection]);
            var unknown = await CallAsync(endpoint, never);
            unknown.Status.Should().Be(HttpStatusCode.NotFound, $"{endpoint.Name} with a valid body must get as far as the id: {unknown.Body}");
            Comparable(foreign, _foreign[collection]).Should().Be(Comparable(unknown, never), endpoint.Name);
            walked++;
        }

        walked.Should().BeGreaterThan(30);
        foreach (var (collection, id) in _foreign)
        {
            (await AcmeAdmin.GetAsync($"/api/v1/{collection}/{id}")).Is(HttpStatusCode.OK);
        }
    }

    [Test]
    public async Task References_ToAnotherTenant_AreRefusedAsUnknown()
    {
        var consumer = _own["consumers"];
        await SameAsync("tiers", id => GlobexAdmin.PostAsync("/api/v1/consumers?dryRun=true", new { name = "ref", segment = "partner", tierId = id }));
        await SameAsync("users", id => GlobexAdmin.PostAsync("/api/v1/consumers?dryRun=true", new { name = "ref", segment = "partner", ownerUserId = id }));
        await SameAsync("consumers", id => GlobexAdmin.PostAsync("/api/v1/keys?dryRun=true", new { name = "ref", consumerId = id }));
        await SameAsync("tiers", id => GlobexAdmin.PostAsync("/api/v1/keys?dryRun=true", new { name = "ref", consumerId = consumer, tierId = id }));
        await SameAsync("apis", id => GlobexAdmin.PostAsync("/api/v1/routes?dryRun=true", new { name = "ref", apiId = id, upstreamId = _own["upstreams"], path = "/ref" }));
        await SameAsync("apis", id => GlobexAdmin.PostAsync(
            "/api/v1/keys?dryRun=true", new { name = "ref", consumerId = consumer, apiPermissions = new[] { new { apiId = id, scopes = new[] { "a:b" } } } }));
        await SameAsync("apis", id => GlobexAdmin.PostAsync("/api/v1/keys:verify", new { secret = "x", apiId = id }));
        await SameAsync("routes", id => GlobexAdmin.PostAsync("/api/v1/keys:verify", new { secret = "x", routeId = id }));
        await SameAsync("keys", id => GlobexAdmin.PostAsync("/api/v1/webhooks/subscriptions?dryRun=true", new { url = "https://partner.invalid", eventTypes = new[] { "a" }, keyId = id }));
        await SameAsync("webhooks/subscriptions", id => GlobexAdmin.PostAsync("/api/v1/webhooks/jobs?dryRun=true", new { since = TimeProvider.System.GetUtcNow().AddDays(-1), subscriptionId = id }));
        await SameAsync("tiers", id => GlobexAdmin.PostAsync("/api/v1/sign-up-codes?dryRun=true", new { segment = "partner", tierId = id }));
        await SameAsync("upstreams", id => GlobexAdmin.PostAsync($"/api/v1/apis/{_own["apis"]}/routes?dryRun=true", new { name = "ref", upstreamId = id, path = "/ref", order = -1 }));
        await SameAsync("tiers", id => GlobexAdmin.PostAsync("/api/v1/issuers?dryRun=true", new { name = "ref", issuer = "https://id.example", audiences = new[] { "g" }, tierId = id }));
        await SameAsync("issuers", id => GlobexAdmin.PostAsync(
            $"/api/v1/apis/{_own["apis"]}/routes?dryRun=true", new { name = "ref", upstreamId = _own["upstreams"], path = "/ref", order = -1, auth = new { mode = "token", issuers = new[] { id } } }));
        await SameAsync("tiers", id => GlobexAdmin.PostAsync($"/api/v1/apis/{_own["apis"]}/routes?dryRun=true", new { name = "ref", upstreamId = _own["upstreams"], path = "/ref", order = -1, tierId = id }));
    }

    [Test]
    public async Task Lists_ShowWhatBelongsToTheTenantOnly()
    {
        foreach (var (collection, id) in _foreign)
        {
            IdsOf(await AcmeAdmin.GetAsync($"/api/v1/{collection}?limit=200")).Should().Contain(id, collection);
            IdsOf(await GlobexAdmin.GetAsync($"/api/v1/{collection}?limit=200")).Should().NotContain(id, collection);
            IdsOf(await Admin.GetAsync($"/api/v1/{collection}?limit=200")).Should().NotContain(id, collection);
            IdsOf(await Admin.SendAsync(HttpMethod.Get, $"/api/v1/{collection}?limit=200", null, In(Acme))).Should().Contain(id, collection);
        }

        IdsOf(await GlobexAdmin.GetAsync($"/api/v1/keys?consumer={_foreign["consumers"]}")).Should().BeEmpty();
        IdsOf(await GlobexAdmin.GetAsync($"/api/v1/logs?route={_foreign["routes"]}")).Should().BeEmpty();
        IdsOf(await GlobexAdmin.GetAsync($"/api/v1/logs?q={_foreign["logs"]}")).Should().BeEmpty();
    }

    [Test]
    public async Task RoutesMatch_OnAnothersPath_TellsNothingOfTheRoute()
    {
        var path = $"/gateway/{(string)(await AcmeAdmin.GetAsync($"/api/v1/apis/{_foreign["apis"]}")).Data["slug"]!}/x";

        var own = await AcmeAdmin.PostAsync("/api/v1/routes:match", new { method = "GET", url = path });
        var other = await GlobexAdmin.PostAsync("/api/v1/routes:match", new { method = "GET", url = path });

        own.Body.ToJsonString().Should().Contain(_foreign["routes"]);
        other.Body.ToJsonString().Should().NotContain(_foreign["routes"]).And.NotContain(_foreign["upstreams"]).And.Contain("another tenant");
    }

    [Test]
    public async Task Conflicts_WithAnotherTenant_NameNothingOfIt()
    {
        var slug = (string)(await AcmeAdmin.GetAsync($"/api/v1/apis/{_foreign["apis"]}")).Data["slug"]!;

        var sameSlug = (await GlobexAdmin.PostAsync("/api/v1/apis", new { name = "Thief", slug })).Is(HttpStatusCode.Conflict);
        var api = (await GlobexAdmin.PostAsync("/api/v1/apis", new { name = "Squatter", slug = NewName("squat"), basePath = $"/gateway/{slug}" })).Is(HttpStatusCode.Created).Id;
        var samePath = await GlobexAdmin.PostAsync($"/api/v1/apis/{api}/routes", new { name = "r", upstreamId = _own["upstreams"], path = "/admin" });
        var sameHost = await GlobexAdmin.PostAsync($"/api/v1/apis/{api}/routes", new { name = "r", upstreamId = _own["upstreams"], path = "/admin", hosts = new[] { "api.acme.example" } });

        foreach (var answer in new[] { sameSlug, samePath, sameHost })
        {
            ((int)answer.Status).Should().BeOneOf(400, 409);
            answer.Body.ToJsonString().Should().NotContain(_foreign["apis"]).And.NotContain(_foreign["routes"]).And.NotContain(Acme);
        }
    }

    private static string NeverOf<TId>() where TId : struct, IEntityId<TId> => EntityId.Format(TId.From(Guid.CreateVersion7()));

    private static string CollectionOf(string pattern) => pattern.Split('/') is ["", "webhooks", var inner, ..] ? $"webhooks/{inner}" : pattern.Split('/')[1];

    private static List<string> IdsOf(Answer answer) => [.. answer.Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(item => (string)item!["id"]!)];

    // The request id differs by nature, and the id is what was asked for.
    private static string Comparable(Answer answer, string id)
    {
        var body = JsonNode.Parse(answer.Body.ToJsonString())!.AsObject();
        body.Remove("requestId");
        var headers = answer.Headers.Where(h => !h.Key.Equals("Date", StringComparison.OrdinalIgnoreCase) && !h.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase)).OrderBy(h => h.Key, StringComparer.OrdinalIgnoreCase).Select(h => $"{h.Key}: {h.Value}");
        return $"{answer.Status}\n{string.Join('\n', headers)}\n{body.ToJsonString()}".Replace(id, "ID", StringComparison.Ordinal);
    }

    private Task<Answer> CallAsync(AdminEndpoint endpoint, string id) =>
        GlobexAdmin.SendAsync(new HttpMethod(endpoint.Method), endpoint.PathWith(name => name == "name" && !endpoint.Pattern.StartsWith("/webhooks", StringComparison.Ordinal) ? "one" : id), BodyOf(endpoint));

    // Valid in every other respect, so that the id alone decides.
    private object? BodyOf(AdminEndpoint endpoint) => endpoint.Name switch
    {
        "PUT /apis/{id}" => new { name = "x", slug = "x-slug" },
        "PUT /consumers/{id}" => new { name = "x", segment = "partner" },
        "PUT /issuers/{id}" => new { name = "x", issuer = "https://id.example", audiences = new[] { "gateway" } },
        "PUT /keys/{id}" => new { name = "x" },
        "PUT /routes/{id}" or "POST /apis/{id}/routes" => new { name = "x", upstreamId = _own["upstreams"] },
        "PUT /tiers/{id}" => new { name = "x", limits = Array.Empty<object>() },
        "PUT /upstreams/{id}" => new { name = "x", destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } },
        "PUT /users/{id}" => new { email = "x@example.com", name = "x", role = "viewer" },
        "POST /upstreams/{id}/destinations" => new { name = "two", url = "http://127.0.0.1:9" },
        "POST /consumers/{consumerId}/keys" => new { name = "x" },
        "PUT /tiers/{id}/key-rotation" => new { everyDays = 1 },
        "POST /apis/{apiId}/scopes" => new { name = "a:b" },
        "PUT /apis/{apiId}/scopes/{name}" or "PUT /webhooks/event-types/{name}" => new { description = "x" },
        "PUT /webhooks/subscriptions/{id}" => new { url = "https://partner.invalid/hooks", eventTypes = new[] { "*" } },
        "POST /webhooks/subscriptions/{id}:recover" => new { since = TimeProvider.System.GetUtcNow().AddDays(-1) },
        var name when name.StartsWith("PATCH", StringComparison.Ordinal) => new { name = "x" },
        _ => null,
    };

    private async Task SameAsync(string collection, Func<string, Task<Answer>> refer)
    {
        var never = Never[collection]();
        var foreign = await refer(_foreign[collection]);
        var unknown = await refer(never);
        ((int)unknown.Status).Should().BeOneOf([400, 404], unknown.Body.ToJsonString());
        Comparable(foreign, _foreign[collection]).Should().Be(Comparable(unknown, never), collection);
        foreign.Body.ToJsonString().Should().Contain(_foreign[collection], "it is the reference that is refused");
    }

    // It cannot be delivered, so it waits.
    private async Task<string> DeliveryAsync()
    {
        async Task<JsonArray> ListAsync() => (await AcmeAdmin.GetAsync("/api/v1/webhooks/deliveries")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        await Eventually.TrueAsync(async () => (await ListAsync()).Count > 0, "the event is fanned out");
        return (string)(await ListAsync())[0]!["id"]!;
    }

    // At the tenant's own host.
    private async Task<string> RegisteredAsync() =>
        (await Admin.PostAsync("/api/v1/self/register", new { name = "Ada", email = "ada@acme.example" }, ("Host", "api.acme.example"))).Is(HttpStatusCode.Accepted).Id;

    private async Task<string> LoggedRequestAsync()
    {
        // One that was refused at the tenant's own host is in its log too.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing/here") { Headers = { Host = "api.acme.example" } };
        using var answer = await Gateway.Client.SendAsync(request);
        var id = answer.Headers.GetValues("X-Request-Id").Single();
        await Eventually.TrueAsync(async () => (await AcmeAdmin.GetAsync($"/api/v1/logs/{id}")).Status == HttpStatusCode.OK, "the request is in the log");
        return id;
    }
}
