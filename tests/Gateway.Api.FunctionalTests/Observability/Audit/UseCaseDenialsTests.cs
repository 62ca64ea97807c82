using System.Net;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Audit;

/// <summary>What a use case refuses to somebody whom the endpoint let in.</summary>
public class UseCaseDenialsTests : TenantFixture
{
    [Test]
    public async Task Change_OfWhatIsSomebodyElses_IsRecordedWithWhoAndWhere()
    {
        var user = await NewUserAsync(AcmeAdmin, "developer");
        using var developer = As(Role.Developer, Acme, userId: user);
        var consumer = (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal" })).Is(HttpStatusCode.Created).Id;
        var key = (await AcmeAdmin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer })).Is(HttpStatusCode.Created).Id;

        var refused = (await developer.PostAsync($"/api/v1/keys/{key}:revoke", new { reason = "mine now" })).Is(HttpStatusCode.Forbidden);

        refused.Code.Should().Be("insufficient_permission");
        var record = (await DeniedAsync(AcmeAdmin, user)).Should().ContainSingle().Subject;
        ((string)record["action"]!).Should().Be("access.deny");
        ((string)record["result"]!).Should().Be("denied");
        ((string)record["code"]!).Should().Be("insufficient_permission");
        ((string)record["actor"]!["kind"]!).Should().Be("user");
        ((string)record["resource"]!["id"]!).Should().Be("POST /api/v1/keys/{id}:revoke");
        ((string)record["details"]!["path"]!).Should().Be($"/api/v1/keys/{key}:revoke");
        ((string)record["requestId"]!).Should().Be(refused.Headers["X-Request-Id"]);
        (await DeniedAsync(Admin, user)).Should().BeEmpty("it stands in the chain of its tenant");
    }

    // An attempt is an attempt, tried out or not; other refusals are no denials.
    [Test]
    public async Task DryRun_OfADeniedChange_IsRecordedAndAMistakeIsNot()
    {
        var user = await NewUserAsync(AcmeAdmin, "developer");
        using var developer = As(Role.Developer, Acme, userId: user);
        var consumer = (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal" })).Is(HttpStatusCode.Created).Id;

        (await developer.PatchAsync($"/api/v1/consumers/{consumer}?dryRun=true", new { name = NewName() })).Is(HttpStatusCode.Forbidden);
        (await developer.PatchAsync("/api/v1/consumers/con_00000000000000000000000000", new { name = NewName() })).Is(HttpStatusCode.NotFound);
        (await developer.PostAsync("/api/v1/consumers", new { name = "" })).Is(HttpStatusCode.BadRequest);

        (await DeniedAsync(AcmeAdmin, user)).Should().ContainSingle().Which["resource"]!["id"]!.GetValue<string>().Should().Be("PATCH /api/v1/consumers/{id}");
        (await AcmeAdmin.PostAsync("/api/v1/audit:verify")).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();
    }

    private static async Task<List<System.Text.Json.Nodes.JsonNode>> DeniedAsync(AdminClient admin, string actor) =>
        [.. (await admin.GetAsync($"/api/v1/audit?result=denied&actor={actor}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(r => r!)];

    [Test]
    public async Task Key_OfATenantThatWasRevoked_IsRecordedInItsChainAsAnAdminKey()
    {
        var consumer = (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "admin" })).Is(HttpStatusCode.Created).Id;
        var key = (await AcmeAdmin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Created);
        (await AcmeAdmin.PostAsync($"/api/v1/keys/{key.Id}:revoke")).Is(HttpStatusCode.OK);
        using var gone = AdminClient.As(Gateway, (string)key.Body["secret"]!);

        (await gone.GetAsync("/api/v1/consumers")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_revoked");

        var record = (await DeniedAsync(AcmeAdmin, key.Id)).Should().ContainSingle().Subject;
        ((string)record["actor"]!["kind"]!).Should().Be("admin-key");
        ((string)record["code"]!).Should().Be("api_key_revoked");
        (await DeniedAsync(Admin, key.Id)).Should().BeEmpty("it stands in the chain of its tenant");
    }
}
