using System.Net;
using System.Text.Json.Nodes;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Audit;

/// <summary>What calls of the admin API leave in the audit trail.</summary>
public class AuditRecordsTests : AccessFixture
{
    private const string AuditPath = "/api/v1/audit";

    [Test]
    public async Task Create_Consumer_IsRecordedWithWhoWhatAndFromWhere()
    {
        var created = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" }, ("User-Agent", "audit-tests/1"))).Is(HttpStatusCode.Created);

        var record = (await RecordsOfAsync(created.Id)).Should().ContainSingle().Subject;

        ((string)record["action"]!).Should().Be("consumer.create");
        ((string)record["resource"]!["type"]!).Should().Be("consumer");
        ((string)record["actor"]!["kind"]!).Should().Be("admin-key");
        ((string)record["actor"]!["id"]!).Should().StartWith("key_");
        ((string)record["result"]!).Should().Be("success");
        ((string)record["clientIp"]!).Should().Be("127.0.0.1");
        ((string)record["userAgent"]!).Should().Be("audit-tests/1");
        ((string)record["requestId"]!).Should().Be(created.Headers["X-Request-Id"]);
        record["before"].Should().BeNull();
        ((string)record["after"]!["name"]!).Should().Be((string)created.Data["name"]!);
        ((string)record["hash"]!).Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Test]
    public async Task Update_OneField_ShowsItBeforeAndAfterAndNoOther()
    {
        var id = await NewConsumerAsync();
        var name = NewName();
        (await Admin.PatchAsync($"/api/v1/consumers/{id}", new { name })).Is(HttpStatusCode.OK);

        var record = (await RecordsOfAsync(id))[0];

        ((string)record["action"]!).Should().Be("consumer.update");
        record["after"]!.AsObject().Select(p => p.Key).Should().BeEquivalentTo("name", "version");
        ((string)record["after"]!["name"]!).Should().Be(name);
        ((int)record["before"]!["version"]!).Should().Be(1);
        ((int)record["after"]!["version"]!).Should().Be(2);
    }

    [Test]
    public async Task Delete_Consumer_KeepsWhatItWas()
    {
        var id = await NewConsumerAsync();
        (await Admin.DeleteAsync($"/api/v1/consumers/{id}")).Is(HttpStatusCode.NoContent);

        var record = (await RecordsOfAsync(id))[0];

        ((string)record["action"]!).Should().Be("consumer.delete");
        ((string)record["before"]!["segment"]!).Should().BeEquivalentTo("partner");
        record["after"].Should().BeNull();
    }

    [Test]
    public async Task Key_IssuedAndRevoked_NamesTheActAndShowsNoSecret()
    {
        var key = await NewKeyAsync();
        var secret = (string)key.Body["secret"]!;
        (await Admin.PostAsync($"/api/v1/keys/{key.Id}:revoke", new { reason = "leaked" })).Is(HttpStatusCode.OK);

        var records = await RecordsOfAsync(key.Id);

        records.Select(r => (string)r["action"]!).Should().Equal("key.revoke", "key.create");
        ((string)records[0]["after"]!["revokedReason"]!).Should().Be("leaked");
        var text = string.Concat(records.Select(r => r.ToJsonString()));
        text.Should().NotContain(secret).And.Contain("[secret]");
        (await Database.QueryScalarAsync<bool>(
            $"SELECT bool_or(a.after::text LIKE '%' || encode(s.digest, 'base64') || '%' OR a.after::text LIKE '%' || encode(s.digest, 'hex') || '%') FROM observability.audit a, access.api_key_secrets s WHERE a.after IS NOT NULL"))
            .Should().BeFalse("digests are nobody's business either");
    }

    [Test]
    public async Task Write_DryRunOrRefused_LeavesNothing()
    {
        var id = await NewConsumerAsync();
        var before = await CountAsync();

        (await Admin.PatchAsync($"/api/v1/consumers/{id}?dryRun=true", new { name = "other" })).Is(HttpStatusCode.OK);
        (await Admin.PostAsync("/api/v1/consumers?dryRun=true", new { name = NewName(), segment = "partner" })).Is(HttpStatusCode.OK);
        (await Admin.PatchAsync($"/api/v1/consumers/{id}", new { name = "other" }, ("If-Match", "\"99\""))).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.PostAsync("/api/v1/consumers", new { name = "", segment = "partner" })).Is(HttpStatusCode.BadRequest);

        (await CountAsync()).Should().Be(before);
    }

    [Test]
    public async Task Write_TrailCannotBeWritten_IsNotDone()
    {
        var name = NewName();
        await Database.ExecuteAsync("ALTER TABLE observability.audit RENAME TO audit_away");
        try
        {
            (await Admin.PostAsync("/api/v1/consumers", new { name, segment = "partner" })).Status.Should().Be(HttpStatusCode.InternalServerError);
        }
        finally
        {
            await Database.ExecuteAsync("ALTER TABLE observability.audit_away RENAME TO audit");
        }

        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.consumers WHERE name = '{name}'")).Should().Be(0);
        (await Admin.PostAsync("/api/v1/audit:verify")).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();
    }

    [Test]
    public async Task Refusal_OfAKeyForTraffic_IsRecordedOnceAMinuteWithWhoAndWhere()
    {
        var key = await NewKeyAsync();
        using var caller = AdminClient.As(Gateway, (string)key.Body["secret"]!);
        for (var i = 0; i < 20; i++)
        {
            (await caller.GetAsync($"/api/v1/keys/{key.Id}")).Is(HttpStatusCode.Forbidden);
        }

        var denied = (await Admin.GetAsync($"{AuditPath}?result=denied&actor={key.Id}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        var record = denied.Should().ContainSingle().Subject!;
        ((string)record["action"]!).Should().Be("access.deny");
        ((string)record["code"]!).Should().Be("insufficient_permission");
        ((string)record["resource"]!["id"]!).Should().Be("GET /api/v1/keys/{id}");
        ((string)record["details"]!["path"]!).Should().Be($"/api/v1/keys/{key.Id}");
    }

    [Test]
    public async Task Refusal_OfNobodyKnown_IsRecorded()
    {
        using var anonymous = AdminClient.As(Gateway, "nonsense");
        (await anonymous.DeleteAsync("/api/v1/consumers/con_x")).Is(HttpStatusCode.Unauthorized);

        var denied = (await Admin.GetAsync($"{AuditPath}?result=denied&actor=anonymous&action=access.*")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        denied.Should().Contain(r => (string)r!["code"]! == "api_key_malformed" && (string)r["resource"]!["id"]! == "DELETE /api/v1/consumers/{id}");
    }

    [Test]
    public async Task Setup_WrongToken_IsRecorded()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var gateway = await TestGateway.StartAsync(database);
        using var anonymous = AdminClient.As(gateway, "");
        (await anonymous.PostAsync("/api/v1/setup", new { token = "guessed" })).Is(HttpStatusCode.Unauthorized);
        using var admin = await AdminClient.SetUpAsync(gateway);

        var denied = (await admin.GetAsync($"{AuditPath}?result=denied")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        denied.Should().ContainSingle().Which!["code"]!.GetValue<string>().Should().Be("setup_token_invalid");
    }

    private async Task<List<JsonNode>> RecordsOfAsync(string id) =>
        [.. (await Admin.GetAsync($"{AuditPath}?resource={id}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(r => r!)];

    private Task<long> CountAsync() => Database.QueryScalarAsync<long>("SELECT count(*) FROM observability.audit");
}
