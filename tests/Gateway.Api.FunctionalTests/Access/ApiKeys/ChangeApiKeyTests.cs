using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

public class ChangeApiKeyTests : AccessFixture
{
    [Test]
    public async Task Put_NewSettings_ReplacesThemAndRaisesTheVersion()
    {
        var key = await NewKeyAsync(scopes: ["a:read"]);

        var answer = await Admin.PutAsync(Path(key.Id), new { name = "renamed", scopes = new[] { "b:*" } }, ("If-Match", key.ETag));

        answer.Is(HttpStatusCode.OK).ETag.Should().Be("\"2\"");
        answer.Data["name"]!.ToString().Should().Be("renamed");
        answer.Data["scopes"]!.ToJsonString().Should().Be("""["b:*"]""");
        answer.Data["version"]!.GetValue<long>().Should().Be(2);
        answer.Data["prefix"]!.ToString().Should().Be(key.Data["prefix"]!.ToString());
    }

    [Test]
    public async Task Patch_OneField_LeavesTheOthers()
    {
        var key = await NewKeyAsync(scopes: ["a:read"]);

        (await Admin.PatchAsync(Path(key.Id), new { allowedIps = new[] { "10.0.0.0/8" }, expiresAt = "2099-01-01T00:00:00Z" })).Is(HttpStatusCode.OK);
        var patched = await Admin.PatchAsync(Path(key.Id), """{"expiresAt":null}""");

        patched.Is(HttpStatusCode.OK).Data["expiresAt"].Should().BeNull();
        patched.Data["allowedIps"]!.ToJsonString().Should().Be("""["10.0.0.0/8"]""");
        patched.Data["scopes"]!.ToJsonString().Should().Be("""["a:read"]""");
        (await Admin.PatchAsync(Path(key.Id), """{"status":"revoked"}""")).Is(HttpStatusCode.BadRequest).Code.Should().Be("unknown_field");
        (await Admin.PatchAsync(Path(key.Id), """{"name":null}""")).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/name");
    }

    [Test]
    public async Task AnyWrite_StaleIfMatch_Is412AndChangesNothing()
    {
        var key = await NewKeyAsync();
        (string, string) stale = ("If-Match", "\"7\"");

        var answers = new[]
        {
            await Admin.PutAsync(Path(key.Id), new { name = "x" }, stale),
            await Admin.PatchAsync(Path(key.Id), new { name = "x" }, stale),
            await Admin.PostAsync(Path(key.Id) + ":disable", null, stale),
            await Admin.PostAsync(Path(key.Id) + ":enable", null, stale),
            await Admin.PostAsync(Path(key.Id) + ":revoke", null, stale),
            await Admin.DeleteAsync(Path(key.Id), stale),
        };

        answers.Should().AllSatisfy(a => a.Is(HttpStatusCode.PreconditionFailed).Code.Should().Be("etag_mismatch"));
        var unchanged = (await Admin.GetAsync(Path(key.Id))).Is(HttpStatusCode.OK);
        unchanged.ETag.Should().Be(key.ETag);
        unchanged.Data["name"]!.ToString().Should().Be(key.Data["name"]!.ToString());
    }

    [Test]
    public async Task AnyWrite_DryRun_ShowsTheResultAndChangesNothing()
    {
        var key = await NewKeyAsync();

        (await Admin.PutAsync(Path(key.Id) + "?dryRun=true", new { name = "x" })).Is(HttpStatusCode.OK).Data["name"]!.ToString().Should().Be("x");
        (await Admin.PostAsync(Path(key.Id) + ":disable?dryRun=true")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("disabled");
        (await Admin.PostAsync(Path(key.Id) + ":revoke?dryRun=true")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("revoked");
        (await Admin.DeleteAsync(Path(key.Id) + "?dryRun=true")).Is(HttpStatusCode.NoContent);

        var unchanged = (await Admin.GetAsync(Path(key.Id))).Is(HttpStatusCode.OK);
        unchanged.ETag.Should().Be(key.ETag);
        unchanged.Data["status"]!.ToString().Should().Be("active");
    }

    [Test]
    public async Task Revoke_ActiveKey_EndsItForEver()
    {
        var key = await NewKeyAsync();

        var revoked = (await Admin.PostAsync(Path(key.Id) + ":revoke", new { reason = "leaked" })).Is(HttpStatusCode.OK);

        revoked.Data["status"]!.ToString().Should().Be("revoked");
        revoked.Data["revokedReason"]!.ToString().Should().Be("leaked");
        revoked.Data["revokedAt"]!.ToString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        foreach (var verb in new[] { ":revoke", ":disable", ":enable" })
        {
            (await Admin.PostAsync(Path(key.Id) + verb)).Is(HttpStatusCode.Conflict).Code.Should().Be("already_revoked");
        }

        (await Admin.PutAsync(Path(key.Id), new { name = "x" })).Is(HttpStatusCode.Conflict).Code.Should().Be("already_revoked");
    }

    [Test]
    public async Task DisableAndEnable_ActiveKey_SwitchItAndAreRepeatable()
    {
        var key = await NewKeyAsync();

        var off = (await Admin.PostAsync(Path(key.Id) + ":disable")).Is(HttpStatusCode.OK);
        (await Admin.PostAsync(Path(key.Id) + ":disable")).Is(HttpStatusCode.OK).ETag.Should().Be(off.ETag);
        off.Data["status"]!.ToString().Should().Be("disabled");
        (await Admin.PostAsync(Path(key.Id) + ":enable")).Is(HttpStatusCode.OK).Data["status"]!.ToString().Should().Be("active");
    }

    [Test]
    public async Task Delete_Key_RemovesItWithItsSecrets()
    {
        var key = await NewKeyAsync();

        (await Admin.DeleteAsync(Path(key.Id))).Is(HttpStatusCode.NoContent);

        (await Admin.GetAsync(Path(key.Id))).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        (await Admin.DeleteAsync(Path(key.Id))).Is(HttpStatusCode.NotFound);
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM access.api_key_secrets s WHERE NOT EXISTS (SELECT 1 FROM access.api_keys k WHERE k.id = s.api_key_id)")).Should().Be(0);
    }

    [Test]
    public async Task AnyWrite_LastUsableAdminKey_IsRefusedSoThatSomebodyCanStillAdminister()
    {
        var own = (await Admin.GetAsync("/api/v1/keys?environment=admin&status=active")).Body["data"]!.AsArray().Single()!["id"]!.ToString();

        (await Admin.PostAsync(Path(own) + ":revoke")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await Admin.PostAsync(Path(own) + ":disable")).Is(HttpStatusCode.Conflict);
        (await Admin.DeleteAsync(Path(own))).Is(HttpStatusCode.Conflict);
        (await Admin.GetAsync(Path(own))).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task EveryChange_IsAnnouncedUnderTheKeysId()
    {
        var key = await NewKeyAsync();
        await Admin.PostAsync(Path(key.Id) + ":revoke");

        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM platform.changes WHERE topic = 'keys' AND payload = '{key.Id}'")).Should().Be(2);
    }

    private static string Path(string id) => $"/api/v1/keys/{id}";
}
