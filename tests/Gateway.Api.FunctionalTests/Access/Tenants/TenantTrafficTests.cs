using System.Net;
using System.Text.Json.Nodes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Gateway.Api.Admin;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Tenants;

/// <summary>What tenants mean for traffic.</summary>
public class TenantTrafficTests : TenantFixture
{
    private EchoUpstream _upstream = null!;
    private string _acmeKey = null!;
    private string _globexKey = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _upstream = await EchoUpstream.StartAsync();
        await RouteAsync(AcmeAdmin, "acme-orders");
        await RouteAsync(Admin, "common", new { allTenants = true });
        await RouteAsync(Admin, "house");
        _acmeKey = await KeyAsync(AcmeAdmin);
        _globexKey = await KeyAsync(GlobexAdmin);
    }

    [OneTimeTearDown]
    public async Task StopUpstreamAsync() => await _upstream.DisposeAsync();

    [Test]
    public async Task Route_OfATenant_TakesItsOwnKeysAndAnswersOthersLikeUnknownOnes()
    {
        (await CallAsync("acme-orders", _acmeKey)).Status.Should().Be(HttpStatusCode.OK);

        var foreign = await CallAsync("acme-orders", _globexKey);
        var unknown = await CallAsync("acme-orders", KeyFormat.Generate(KeyEnvironment.Live, new byte[KeyFormat.EntropyLength]));

        foreign.Status.Should().Be(HttpStatusCode.Unauthorized);
        foreign.Body.Should().Be(unknown.Body).And.Contain("api_key_invalid");
        (await CallAsync("house", _acmeKey)).Status.Should().Be(HttpStatusCode.Unauthorized, "the default tenant is a tenant like others");
        await Eventually.TrueAsync(async () => (await AcmeAdmin.GetAsync($"/api/v1/logs/{foreign.Id}")).Status == HttpStatusCode.OK, "the refusal is in the log of the route's tenant");
        (await AcmeAdmin.GetAsync($"/api/v1/logs/{foreign.Id}")).Data["key"].Should().BeNull("the key is another tenant's");
        (await GlobexAdmin.GetAsync($"/api/v1/logs/{foreign.Id}")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Route_OpenToAllTenants_BelongsToTheTenantOfTheKey()
    {
        var acme = await CallAsync("common", _acmeKey);
        var globex = await CallAsync("common", _globexKey);

        (acme.Status, globex.Status).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));
        await Eventually.TrueAsync(async () => (await GlobexAdmin.GetAsync($"/api/v1/logs/{globex.Id}")).Status == HttpStatusCode.OK, "the request is in the log of the key's tenant");
        (await AcmeAdmin.GetAsync($"/api/v1/logs/{globex.Id}")).Is(HttpStatusCode.NotFound);
        (await Admin.GetAsync($"/api/v1/logs/{globex.Id}")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Route_OpenToAllTenantsAtTheHostOfOne_IsClosedToOthers()
    {
        (await CallAsync("common", _globexKey, "eu.globex.example")).Status.Should().Be(HttpStatusCode.OK);
        (await CallAsync("common", _acmeKey, "eu.globex.example")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await CallAsync("common", _acmeKey, "api.acme.example")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Route_OpenToAllTenantsBehindAProxyThatNamesOne_IsClosedToOthers()
    {
        (await CallAsync("common", _acmeKey, tenant: [Acme])).Status.Should().Be(HttpStatusCode.OK);
        (await CallAsync("common", _globexKey, tenant: [Acme])).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Route_OpenToAllTenantsBehindAProxyThatNamesNone_IsClosedToAll()
    {
        string[][] wrong = [["acme"], [""], ["ten_00000000000000000000000000"], [Acme, Acme]];

        foreach (var named in wrong)
        {
            (await CallAsync("common", _acmeKey, tenant: named)).Status.Should().Be(HttpStatusCode.Unauthorized, string.Join(',', named));
        }
    }

    [Test]
    public async Task Tier_ByTenant_CountsAllKeysOfATenantTogether()
    {
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = NewName(), shared = true, limits = new[] { new { name = "all", limit = 3, windowSeconds = 3600, by = "tenant" } } })).Is(HttpStatusCode.Created).Id;
        await RouteAsync(Admin, "counted", new { allTenants = true }, tier);
        var second = await KeyAsync(AcmeAdmin);

        (await CallAsync("counted", _acmeKey)).Status.Should().Be(HttpStatusCode.OK);
        (await CallAsync("counted", second)).Status.Should().Be(HttpStatusCode.OK);
        (await CallAsync("counted", _acmeKey)).Status.Should().Be(HttpStatusCode.OK);
        (await CallAsync("counted", second)).Status.Should().Be(HttpStatusCode.TooManyRequests);
        (await CallAsync("counted", _globexKey)).Status.Should().Be(HttpStatusCode.OK);
    }

    private async Task RouteAsync(AdminClient admin, string slug, object? auth = null, string? tierId = null)
    {
        var upstream = (await admin.PostAsync("/api/v1/upstreams", new { name = slug, destinations = new[] { new { name = "one", url = _upstream.Address } } })).Is(HttpStatusCode.Created).Id;
        var api = (await admin.PostAsync("/api/v1/apis", new { name = slug, slug })).Is(HttpStatusCode.Created).Id;
        (await admin.PostAsync($"/api/v1/apis/{api}/routes", new { name = "all", upstreamId = upstream, auth = auth ?? new { mode = "key" }, tierId })).Is(HttpStatusCode.Created);
    }

    private static async Task<string> KeyAsync(AdminClient admin)
    {
        var consumer = (await admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" })).Is(HttpStatusCode.Created).Id;
        return (string)(await admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer })).Is(HttpStatusCode.Created).Body["secret"]!;
    }

    private async Task<(HttpStatusCode Status, string Body, string Id)> CallAsync(string slug, string key, string? host = null, params string[] tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/gateway/{slug}/echo") { Headers = { { "X-API-Key", key } } };
        request.Headers.Host = host;
        if (tenant.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(AdminAuthentication.TenantHeader, tenant).Should().BeTrue();
        }

        using var answer = await Gateway.Client.SendAsync(request);
        var id = answer.Headers.GetValues("X-Request-Id").Single();
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Replace(id, "ID", StringComparison.Ordinal), id);
    }
}
