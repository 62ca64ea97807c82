using System.Net;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Audit;

public class EndedSessionDenialTests : SignInFixture
{
    // Who it was is known although the session has ended: the trail names the person, in their tenant.
    [Test]
    public async Task Token_OfASessionThatHasEnded_IsRecordedAsThePersons()
    {
        var (admin, _, _) = await SignedInAsync();
        using var _1 = admin;
        var tenant = (await admin.PostAsync("/api/v1/tenants", new { name = "acme" })).Is(HttpStatusCode.Created).Id;
        EntityId.TryParse<TenantId>(tenant, out var acme).Should().BeTrue();
        var (person, email) = await NewPersonAsync();
        await Database.ExecuteAsync($"UPDATE access.users SET tenant_id = '{acme.Value}', global = false WHERE id = '{person.Value}'");
        using var gone = new PersonClient(Node);
        (await gone.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        (await gone.PostAsync("/api/v1/auth/logout")).Is(HttpStatusCode.NoContent);

        (await gone.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");

        var records = (await admin.GetAsync($"/api/v1/audit?result=denied&actor={person}", ("X-DataHub-Tenant", tenant))).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        var record = records.Should().ContainSingle().Subject!;
        ((string)record["actor"]!["kind"]!).Should().Be("user");
        ((string)record["code"]!).Should().Be("session_ended");
    }
}
