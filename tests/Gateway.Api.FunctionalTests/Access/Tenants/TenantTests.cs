using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Tenants;

public class TenantTests : TenantFixture
{
    [Test]
    public async Task List_AlwaysHasTheDefaultTenant() =>
        (await Admin.GetAsync("/api/v1/tenants?sort=name")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(t => (string)t!["name"]!).Should().Contain(["acme", "default", "globex"]);

    [Test]
    public async Task Post_NameOrHostOfAnother_IsTaken()
    {
        (await Admin.PostAsync("/api/v1/tenants", new { name = "acme" })).Is(HttpStatusCode.Conflict).Pointers.Should().Equal("/name");
        (await Admin.PostAsync("/api/v1/tenants", new { name = NewName(), hosts = new[] { "free.example", "x.globex.example" } })).Is(HttpStatusCode.Conflict).Pointers.Should().Equal("/hosts/1");
        (await Admin.PostAsync("/api/v1/tenants", new { name = NewName(), hosts = new[] { "https://x" } })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/hosts/0");
    }

    [Test]
    public async Task Delete_WhileItOwnsSomething_IsRefusedAndNamesIt()
    {
        var tenant = (await Admin.PostAsync("/api/v1/tenants", new { name = NewName() })).Is(HttpStatusCode.Created).Id;
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = "one", segment = "partner" }, In(tenant))).Is(HttpStatusCode.Created).Id;

        (await Admin.DeleteAsync($"/api/v1/tenants/{tenant}")).Is(HttpStatusCode.Conflict).Body["detail"]!.ToString().Should().Contain("1 consumers");
        (await Admin.DeleteAsync($"/api/v1/consumers/{consumer}", In(tenant))).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync($"/api/v1/tenants/{tenant}")).Is(HttpStatusCode.NoContent);
        (await Admin.PostAsync("/api/v1/consumers", new { name = "late", segment = "partner" }, In(tenant))).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task DefaultTenant_StaysAndKeepsItsName()
    {
        var id = (string)(await Admin.GetAsync("/api/v1/tenants?q=default")).Body["data"]![0]!["id"]!;

        (await Admin.DeleteAsync($"/api/v1/tenants/{id}")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await Admin.PatchAsync($"/api/v1/tenants/{id}", new { name = "other" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/name");
        (await Admin.PatchAsync($"/api/v1/tenants/{id}", new { displayName = "Operator" })).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Patch_TakingAHostThatRoutesStandOn_IsRefused()
    {
        var tenant = (await Admin.PostAsync("/api/v1/tenants", new { name = NewName(), hosts = new[] { "moving.example" } })).Is(HttpStatusCode.Created).Id;
        var upstream = (await Admin.PostAsync("/api/v1/upstreams", new { name = "u", destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } }, In(tenant))).Is(HttpStatusCode.Created).Id;
        var api = (await Admin.PostAsync("/api/v1/apis", new { name = "a", slug = NewName("slug"), basePath = "/v1" }, In(tenant))).Is(HttpStatusCode.Created).Id;
        (await Admin.PostAsync($"/api/v1/apis/{api}/routes", new { name = "r", upstreamId = upstream, hosts = new[] { "moving.example" } }, In(tenant))).Is(HttpStatusCode.Created);

        (await Admin.PatchAsync($"/api/v1/tenants/{tenant}", new { hosts = Array.Empty<string>() })).Is(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Names_AreUniqueWithinATenant()
    {
        var name = NewName();
        (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name, segment = "partner" })).Is(HttpStatusCode.Created);
        (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name, segment = "partner" })).Is(HttpStatusCode.Conflict);
        (await GlobexAdmin.PostAsync("/api/v1/consumers", new { name, segment = "partner" })).Is(HttpStatusCode.Created);
        (await GlobexAdmin.PostAsync("/api/v1/tiers", new { name, limits = Array.Empty<object>() })).Is(HttpStatusCode.Created);
        (await AcmeAdmin.PostAsync("/api/v1/tiers", new { name, limits = Array.Empty<object>() })).Is(HttpStatusCode.Created);
    }

    [Test]
    public async Task SeededTiers_AreSeenByTenantsAndChangedByNone()
    {
        var free = (await AcmeAdmin.GetAsync("/api/v1/tiers?q=free")).Is(HttpStatusCode.OK).Body["data"]![0]!;
        ((bool)free["shared"]!).Should().BeTrue();
        var path = $"/api/v1/tiers/{free["id"]}";

        (await AcmeAdmin.PatchAsync(path, new { limits = Array.Empty<object>() })).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        (await AcmeAdmin.DeleteAsync(path)).Is(HttpStatusCode.Forbidden);
        (await AcmeAdmin.PostAsync("/api/v1/tiers", new { name = NewName(), limits = Array.Empty<object>(), isDefault = true })).Is(HttpStatusCode.Forbidden);
        (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner", tierId = (string)free["id"]! })).Is(HttpStatusCode.Created);
        (await Admin.PatchAsync(path, new { shared = false })).Is(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Header_NamingNoTenant_Is404() =>
        (await Admin.SendAsync(HttpMethod.Get, "/api/v1/consumers", null, In("ten_00000000000000000000000009"))).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
}
