using System.Net;
using System.Text.Json.Nodes;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.Gateway.Api.Observability.Audit;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.Audit;

public class AuditEndpointsTests : AccessFixture
{
    private const string AuditPath = "/api/v1/audit";

    [Test]
    public async Task List_PageByPage_ShowsEveryRecordOnceLatestFirst()
    {
        for (var i = 0; i < 7; i++)
        {
            await NewConsumerAsync();
        }

        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await Admin.GetAsync($"{AuditPath}?limit=3&action=consumer.create{(cursor is null ? "" : "&cursor=" + cursor)}")).Is(HttpStatusCode.OK);
            seen.AddRange(page.Body["data"]!.AsArray().Select(r => (long)r!["sequence"]!));
            cursor = (string?)page.Body["pagination"]!["nextCursor"];
        }
        while (cursor is not null);

        seen.Should().BeInDescendingOrder().And.OnlyHaveUniqueItems().And.HaveCountGreaterThanOrEqualTo(7);
    }

    [Test]
    public async Task List_EveryFilter_Narrows()
    {
        var id = await NewConsumerAsync();
        var own = (await Admin.GetAsync($"{AuditPath}?resource={id}")).Body["data"]![0]!;
        string[] matching =
        [
            $"actor={own["actor"]!["id"]}", "action=consumer.create", "action=consumer.*", "resourceType=consumer", "result=success", $"requestId={own["requestId"]}",
            $"from={own["at"]}", "to=2999-01-01T00:00:00Z",
        ];
        foreach (var filter in matching)
        {
            (await Admin.GetAsync($"{AuditPath}?resource={id}&{filter}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle(filter);
        }

        string[] others = ["actor=key_x", "action=consumer.delete", "action=key.*", "resourceType=key", "result=denied", "requestId=req_x", "from=2999-01-01T00:00:00Z", $"to={own["at"]}"];
        foreach (var filter in others)
        {
            (await Admin.GetAsync($"{AuditPath}?resource={id}&{filter}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().BeEmpty(filter);
        }
    }

    [TestCase("actors=x", "?actors")]
    [TestCase("result=good", "?result")]
    [TestCase("from=yesterday", "?from")]
    [TestCase("sort=at", "?sort")]
    [TestCase("limit=0", "?limit")]
    public async Task List_WrongParameter_Is400ThatNamesIt(string query, string pointer) =>
        (await Admin.GetAsync($"{AuditPath}?{query}")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal(pointer);

    [Test]
    public async Task Read_ById_IsTheRecordAndOthersAre404()
    {
        var id = await NewConsumerAsync();
        var listed = (await Admin.GetAsync($"{AuditPath}?resource={id}")).Body["data"]![0]!;

        (await Admin.GetAsync($"{AuditPath}/{listed["id"]}")).Is(HttpStatusCode.OK).Data.ToJsonString().Should().Be(listed.ToJsonString());
        (await Admin.GetAsync($"{AuditPath}/aud_00000000000000000000000000")).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        (await Admin.GetAsync($"{AuditPath}/{id}")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Export_Ndjson_HasOneRecordALineInTheOrderOfTheChain()
    {
        await NewConsumerAsync();

        using var answer = await Admin.Http.GetAsync($"{AuditPath}:export?format=ndjson&resourceType=consumer");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/x-ndjson");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        lines.Should().NotBeEmpty();
        lines.Select(l => (long)l["sequence"]!).Should().BeInAscendingOrder();
        lines.Should().OnlyContain(l => (string)l["resource"]!["type"]! == "consumer");
        (await Admin.GetAsync($"{AuditPath}?action=audit.export")).Body["data"]!.AsArray().Should().NotBeEmpty("who took the trail out is recorded too");
    }

    [Test]
    public async Task Export_Csv_IsNoFormula()
    {
        (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" }, ("User-Agent", "=HYPERLINK(1)"))).Is(HttpStatusCode.Created);

        var text = await Admin.Http.GetStringAsync($"{AuditPath}:export?format=csv&resourceType=consumer");

        text.Should().StartWith("sequence,id,at,tenant,").And.Contain("'=HYPERLINK(1)").And.NotContain(",=HYPERLINK");
        (await Admin.GetAsync($"{AuditPath}:export?format=xml")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("?format");
    }

    [TestCase("=1+1", "\"'=1+1\"")]
    [TestCase("+1", "\"'+1\"")]
    [TestCase("-1", "\"'-1\"")]
    [TestCase("@x", "\"'@x\"")]
    [TestCase("\tx", "\"'\tx\"")]
    [TestCase("a\"b,c", "\"a\"\"b,c\"")]
    [TestCase("plain", "plain")]
    [TestCase(null, "")]
    public void Field_OfCsv_IsQuotedAndGuarded(string? value, string expected) => AuditExport.Field(value).Should().Be(expected);

    [Test]
    public async Task Verify_CheckpointThatIsNone_Is400ThatNamesIt()
    {
        (await Admin.PostAsync($"{AuditPath}:verify", new { checkpoints = new object?[] { null } })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/checkpoints/0");
        (await Admin.PostAsync($"{AuditPath}:verify", new { checkpoints = Array.Empty<object>() })).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Verify_TamperedRecord_IsNamed()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var gateway = await TestGateway.StartAsync(database);
        using var admin = await AdminClient.SetUpAsync(gateway);
        for (var i = 0; i < 3; i++)
        {
            (await admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" })).Is(HttpStatusCode.Created);
        }

        (await admin.PostAsync($"{AuditPath}:verify")).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();
        var victim = (await admin.GetAsync($"{AuditPath}?action=consumer.create")).Body["data"]![1]!;
        await database.ExecuteAsync($"ALTER TABLE observability.audit DISABLE TRIGGER ALL; UPDATE observability.audit SET actor_id = 'usr_scapegoat' WHERE sequence = {victim["sequence"]}");

        var verdict = (await admin.PostAsync($"{AuditPath}:verify")).Is(HttpStatusCode.OK).Data;

        verdict["valid"]!.GetValue<bool>().Should().BeFalse();
        var chain = verdict["chains"]!.AsArray().Should().ContainSingle().Subject!;
        ((long)chain["firstBad"]!["sequence"]!).Should().Be((long)victim["sequence"]!);
        ((string)chain["firstBad"]!["id"]!).Should().Be((string)victim["id"]!);
        ((string)chain["firstBad"]!["kind"]!).Should().Be("altered");
        (await admin.GetAsync($"{AuditPath}:state")).Is(HttpStatusCode.OK).Data["lastVerification"]!["valid"]!.GetValue<bool>().Should().BeFalse();
    }

    [Test]
    public async Task Verify_ExportedCheckpoint_FindsATailThatWasCut()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var gateway = await TestGateway.StartAsync(database, "Audit:CheckpointSeconds=1");
        using var admin = await AdminClient.SetUpAsync(gateway);
        (await admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" })).Is(HttpStatusCode.Created);
        var length = await database.QueryScalarAsync<long>("SELECT max(sequence) FROM observability.audit");
        JsonNode? checkpoint = null;
        await Eventually.TrueAsync(
            async () =>
            {
                checkpoint = (await admin.GetAsync($"{AuditPath}/checkpoints")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().FirstOrDefault();
                return checkpoint is not null && (long)checkpoint["sequence"]! >= length;
            },
            "a checkpoint of the whole chain is made");

        (await admin.PostAsync($"{AuditPath}:verify", new { checkpoints = new[] { checkpoint } })).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();
        var forged = checkpoint!.DeepClone();
        forged["sequence"] = 1;
        var verdict = (await admin.PostAsync($"{AuditPath}:verify", new { checkpoints = new[] { forged } })).Is(HttpStatusCode.OK).Data;
        ((string)verdict["chains"]![0]!["firstBad"]!["kind"]!).Should().Be("checkpoint-forged");
        (await admin.PostAsync($"{AuditPath}:verify", new { checkpoints = new[] { new { tenant = "x", sequence = 1, hash = "", at = "", keyVersion = 1, signature = "" } } }))
            .Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/checkpoints/0");

        await database.ExecuteAsync($"ALTER TABLE observability.audit DISABLE TRIGGER ALL; DELETE FROM observability.audit WHERE sequence >= {length}; DELETE FROM observability.audit_checkpoints; DELETE FROM observability.audit_heads");
        verdict = (await admin.PostAsync($"{AuditPath}:verify", new { checkpoints = new[] { checkpoint } })).Is(HttpStatusCode.OK).Data;
        ((string)verdict["chains"]![0]!["firstBad"]!["kind"]!).Should().Be("tail-cut");
        ((long)verdict["chains"]![0]!["firstBad"]!["sequence"]!).Should().Be(length);
    }
}
