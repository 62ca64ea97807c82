using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Users;

/// <summary>Whatever the command is called: it does not lock everybody out.</summary>
public class LastAdministratorTests : AccessFixture
{
    private string _key = null!;
    private string _consumer = null!;

    [SetUp]
    public async Task FindAsync()
    {
        var key = (await Admin.GetAsync("/api/v1/keys?environment=admin")).Body["data"]!.AsArray().Single()!;
        (_key, _consumer) = ((string)key["id"]!, (string)key["consumerId"]!);
    }

    [Test]
    public async Task LastKey_EveryWayToEndIt_IsRefused()
    {
        foreach (var end in new Func<AdminClient, Task<Answer>>[]
        {
            a => a.PostAsync($"/api/v1/keys/{_key}:revoke"),
            a => a.PostAsync($"/api/v1/keys/{_key}:disable"),
            a => a.DeleteAsync($"/api/v1/keys/{_key}"),
            a => a.PatchAsync($"/api/v1/keys/{_key}", new { expiresAt = DateTimeOffset.UnixEpoch.AddYears(90) }),
            a => a.PostAsync($"/api/v1/consumers/{_consumer}:suspend"),
        })
        {
            (await end(Admin)).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        }

        (await Admin.GetAsync($"/api/v1/keys/{_key}")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("active");
    }

    [Test]
    public async Task LastKey_BesideAnActiveGlobalAdmin_MayEndAndThenThePersonStays()
    {
        var user = (await Admin.PostAsync("/api/v1/users", new { email = "root@example.com", name = "Root", role = "admin", global = true })).Is(HttpStatusCode.Created).Id;
        (await Admin.PostAsync($"/api/v1/keys/{_key}:disable?dryRun=true")).Is(HttpStatusCode.Conflict);
        await Database.ExecuteAsync("UPDATE access.users SET status = 'active'");

        (await Admin.PostAsync($"/api/v1/keys/{_key}:disable?dryRun=true")).Is(HttpStatusCode.OK);
        (await Admin.PatchAsync($"/api/v1/keys/{_key}", new { expiresAt = DateTimeOffset.UnixEpoch.AddYears(90) })).Is(HttpStatusCode.OK);

        // From here on the person is the only one without an end.
        (await Admin.PostAsync($"/api/v1/users/{user}:disable")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await Admin.PatchAsync($"/api/v1/users/{user}", new { role = "viewer" })).Is(HttpStatusCode.Conflict);
        (await Admin.PatchAsync($"/api/v1/users/{user}", new { global = false })).Is(HttpStatusCode.Conflict);
        (await Admin.DeleteAsync($"/api/v1/users/{user}")).Is(HttpStatusCode.Conflict);
        (await Admin.PatchAsync($"/api/v1/keys/{_key}", new { expiresAt = (string?)null })).Is(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"/api/v1/users/{user}")).Is(HttpStatusCode.NoContent);
    }
}
