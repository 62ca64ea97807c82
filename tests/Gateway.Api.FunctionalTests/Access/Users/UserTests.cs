using System.Net;
using DataHub.Domain.Access.Users;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Users;

public class UserTests : TenantFixture
{
    [Test]
    public async Task Post_Valid_IsInvitedAndCanBeReadAndChanged()
    {
        var created = (await Admin.PostAsync("/api/v1/users", new { email = "Ada@Example.com", name = "Ada", role = "developer" })).Is(HttpStatusCode.Created);
        ((string)created.Data["status"]!, (bool)created.Data["global"]!).Should().Be(("invited", false));
        created.Headers["Location"].Should().EndWith(created.Id);

        var patched = (await Admin.PatchAsync($"/api/v1/users/{created.Id}", new { role = "viewer" }, ("If-Match", created.ETag))).Is(HttpStatusCode.OK);
        ((string)patched.Data["role"]!, (string)patched.Data["email"]!).Should().Be(("viewer", "Ada@Example.com"));
        (await Admin.PatchAsync($"/api/v1/users/{created.Id}", new { role = "admin" }, ("If-Match", created.ETag))).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.PostAsync($"/api/v1/users/{created.Id}:disable")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("disabled");
        (await Admin.PostAsync($"/api/v1/users/{created.Id}:enable")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("invited");
        (await Admin.DeleteAsync($"/api/v1/users/{created.Id}")).Is(HttpStatusCode.NoContent);
        (await Admin.GetAsync($"/api/v1/users/{created.Id}")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Post_AddressInAnotherCaseInAnotherTenant_IsTaken()
    {
        (await AcmeAdmin.PostAsync("/api/v1/users", new { email = "Grace@Example.com", name = "Grace", role = "viewer" })).Is(HttpStatusCode.Created);

        var again = await GlobexAdmin.PostAsync("/api/v1/users", new { email = "grace@EXAMPLE.com", name = "Grace", role = "viewer" });

        again.Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
        again.Pointers.Should().Equal("/email");
    }

    [Test]
    public async Task Post_GlobalByTheAdminOfATenant_IsRefused()
    {
        using var ofDefault = As(Role.Admin);

        (await AcmeAdmin.PostAsync("/api/v1/users", new { email = "a@example.com", name = "A", role = "admin", global = true })).Is(HttpStatusCode.BadRequest);
        (await ofDefault.PostAsync("/api/v1/users", new { email = "b@example.com", name = "B", role = "viewer", global = true })).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        var global = await NewUserAsync(Admin, "viewer", global: true);
        (await ofDefault.PatchAsync($"/api/v1/users/{global}", new { global = false })).Is(HttpStatusCode.Forbidden);
        (await ofDefault.DeleteAsync($"/api/v1/users/{global}")).Is(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task AdminKeys_OfTheDefaultTenant_AreMadeByGlobalAdministratorsOnly()
    {
        using var ofDefault = As(Role.Admin);
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "admin" })).Is(HttpStatusCode.Created).Id;

        (await ofDefault.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        (await Admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Created);
    }

    [Test]
    public async Task Roles_ForAnybodySignedIn_AreTheMatrix()
    {
        using var viewer = As(Role.Viewer, Acme);

        var roles = (await viewer.GetAsync("/api/v1/roles")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        roles.Select(r => (string)r!["role"]!).Should().Equal("admin", "developer", "viewer");
        roles[2]!["permissions"]!.AsArray().Select(p => (string)p!).Should().Equal("keys:read", "apis:read", "analytics:read");
    }
}
