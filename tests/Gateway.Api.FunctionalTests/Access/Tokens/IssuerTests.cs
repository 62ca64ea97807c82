using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Tokens;

public class IssuerTests : AccessFixture
{
    [Test]
    public async Task Post_Discovery_IsShownWithItsDefaults()
    {
        var name = NewName("issuer");

        var created = (await Admin.PostAsync("/api/v1/issuers", new { name, issuer = "https://id.example", audiences = new[] { "gateway" } })).Is(HttpStatusCode.Created);

        created.Id.Should().StartWith("iss_");
        created.Headers["Location"].Should().Be("/api/v1/issuers/" + created.Id);
        created.Data["algorithms"]!.AsArray().Select(a => (string)a!).Should().Equal("RS256", "PS256", "ES256");
        var shown = (await Admin.GetAsync("/api/v1/issuers/" + created.Id)).Is(HttpStatusCode.OK);
        shown.Data.ToJsonString().Should().Be(created.Data.ToJsonString());
        (await Admin.GetAsync($"/api/v1/issuers?q={Uri.EscapeDataString(name)}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle();
        Code(await Admin.PostAsync("/api/v1/issuers", new { name, issuer = "https://id.example", audiences = new[] { "gateway" } })).Should().Be("name_taken");
    }

    [Test]
    public async Task Post_SeveralMistakes_NamesThemAll()
    {
        var answer = (await Admin.PostAsync("/api/v1/issuers", new
        {
            name = "", issuer = "nonsense", algorithms = new[] { "HS256" }, clockSkewSeconds = 1000, headers = new[] { new { claim = "sub", header = "Host" } },
        })).Is(HttpStatusCode.BadRequest);

        answer.Pointers.Should().BeEquivalentTo("/name", "/issuer", "/audiences", "/algorithms/0", "/clockSkewSeconds", "/headers/0/header");
    }

    [Test]
    public async Task ClientSecret_IsNeverShownAndStaysWithItsPlace()
    {
        const string secret = "a-very-secret-secret";
        var body = new JsonObject
        {
            ["name"] = NewName("issuer"), ["issuer"] = "corp", ["kind"] = "introspection", ["introspectionUrl"] = "https://id.example/introspect", ["clientId"] = "gateway", ["clientSecret"] = secret,
        };
        var created = (await Admin.PostAsync("/api/v1/issuers", body)).Is(HttpStatusCode.Created);
        created.Data["hasClientSecret"]!.GetValue<bool>().Should().BeTrue();

        var path = "/api/v1/issuers/" + created.Id;
        var patched = (await Admin.PatchAsync(path, new { clockSkewSeconds = 5 })).Is(HttpStatusCode.OK);
        var moved = await Admin.PatchAsync(path, new { introspectionUrl = "https://evil.example/introspect" });
        moved.Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/clientSecret");

        foreach (var answer in new[] { created, patched, moved, await Admin.GetAsync(path), await Admin.GetAsync("/api/v1/issuers") })
        {
            answer.Body.ToJsonString().Should().NotContain(secret);
        }

        (await Database.QueryScalarAsync<string>("SELECT string_agg(encode(client_secret, 'escape') || definition::text, '') FROM access.token_issuers WHERE client_secret IS NOT NULL"))
            .Should().NotContain(secret).And.NotBeEmpty();
    }

    [Test]
    public async Task Delete_IssuerOfARoute_IsRefusedAndNamesIt()
    {
        var issuer = await NewIssuerAsync();
        var upstream = (await Admin.PostAsync("/api/v1/upstreams", new { name = NewName("u"), destinations = new[] { new { name = "a", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id;
        var api = (await Admin.PostAsync("/api/v1/apis", new { name = "tokens", slug = "tokens" })).Is(HttpStatusCode.Created).Id;
        var unknown = await Admin.PostAsync("/api/v1/routes", Route(api, upstream, "iss_00000000000000000000000000"));
        unknown.Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/auth/issuers/0");
        var route = (await Admin.PostAsync("/api/v1/routes", Route(api, upstream, issuer))).Is(HttpStatusCode.Created);
        route.Data["auth"]!["issuers"]![0]!.GetValue<string>().Should().Be(issuer);

        var refused = (await Admin.DeleteAsync("/api/v1/issuers/" + issuer)).Is(HttpStatusCode.Conflict);
        refused.Code.Should().Be("in_use");
        ((string)refused.Body["detail"]!).Should().Contain("'opened'");

        (await Admin.PatchAsync("/api/v1/routes/" + route.Id, new { auth = new { mode = "key", issuers = (string[]?)null } })).Is(HttpStatusCode.OK);
        (await Admin.DeleteAsync("/api/v1/issuers/" + issuer)).Is(HttpStatusCode.NoContent);
        (await Admin.GetAsync("/api/v1/issuers/" + issuer)).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Put_StaleTag_Is412()
    {
        var path = "/api/v1/issuers/" + await NewIssuerAsync();
        var body = new { name = NewName("issuer"), issuer = "https://id.example", audiences = new[] { "other" } };

        (await Admin.PutAsync(path, body, ("If-Match", "\"1\""))).Is(HttpStatusCode.OK).ETag.Should().Be("\"2\"");
        (await Admin.PutAsync(path, body, ("If-Match", "\"1\""))).Is(HttpStatusCode.PreconditionFailed);
    }

    [Test]
    public async Task Delete_TierOfAnIssuer_IsRefused()
    {
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = NewName("tier").Replace(' ', '-'), limits = Array.Empty<object>() })).Is(HttpStatusCode.Created).Id;
        (await Admin.PostAsync("/api/v1/issuers", new { name = NewName("issuer"), issuer = "https://id.example", audiences = new[] { "g" }, tierId = tier })).Is(HttpStatusCode.Created);

        Code(await Admin.DeleteAsync("/api/v1/tiers/" + tier)).Should().Be("in_use");
    }

    [Test]
    public async Task Check_Issuer_ShowsItsKeysOrWhatIsWrong()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        provider.Keys.Add(new SigningKey("first", "RS256"));
        var id = (await Admin.PostAsync("/api/v1/issuers", new { name = NewName("issuer"), issuer = provider.Address, audiences = new[] { "g" } })).Is(HttpStatusCode.Created).Id;
        provider.Keys.Add(new SigningKey("second", "ES256"));

        var good = (await Admin.PostAsync($"/api/v1/issuers/{id}:check")).Is(HttpStatusCode.OK);
        good.Data["reachable"]!.GetValue<bool>().Should().BeTrue();
        good.Data["keys"]!.AsArray().Select(k => (string)k!["keyId"]!).Should().Contain("first");

        provider.Misbehave = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        var bad = (await Admin.PostAsync($"/api/v1/issuers/{id}:check")).Is(HttpStatusCode.OK);
        bad.Data["reachable"]!.GetValue<bool>().Should().BeFalse();
        ((string)bad.Data["problem"]!).Should().Contain("503");
        bad.Data["keys"]!.AsArray().Should().NotBeEmpty("the last good keys stay");
    }

    private async Task<string> NewIssuerAsync() =>
        (await Admin.PostAsync("/api/v1/issuers", new { name = NewName("issuer"), issuer = "https://id.example", audiences = new[] { "gateway" } })).Is(HttpStatusCode.Created).Id;

    private static JsonObject Route(string api, string upstream, string issuer) => new()
    {
        ["name"] = "opened", ["apiId"] = api, ["upstreamId"] = upstream, ["auth"] = new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(issuer) },
    };

    private static string? Code(TestKit.Fixtures.Answer answer) => answer.Code;
}
