using System.Net;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.Webhooks.Events;
using DataHub.Infrastructure.Webhooks.EventTypes;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.EventTypes;

public class EventTypeTests : WebhooksFixture
{
    private const string Types = "/api/v1/webhooks/event-types";

    [Test]
    public async Task Register_WithSchema_CountsItsVersions()
    {
        var name = NewName("t") + ".made";
        var made = (await Admin.PostAsync(Types, new { name, schema = new { type = "object", required = new[] { "id" } }, example = new { id = 1 } })).Is(HttpStatusCode.Created);
        ((int)made.Data["schemaVersion"]!).Should().Be(1);

        var described = (await Admin.PatchAsync($"{Types}/{name}", new { description = "Made." })).Is(HttpStatusCode.OK);
        ((int)described.Data["schemaVersion"]!).Should().Be(1);
        await Admin.PutAsync($"{Types}/{name}", """{"schema": {"required": ["id"], "type": "object"}}""");
        var flagged = (await Admin.PatchAsync($"{Types}/{name}", new { deprecated = true })).Is(HttpStatusCode.OK);
        ((int)flagged.Data["schemaVersion"]!).Should().Be(1, "white space and order are not the schema");
        var changed = (await Admin.PatchAsync($"{Types}/{name}", new { schema = new { required = (string[]?)null }, deprecated = true })).Is(HttpStatusCode.OK);
        ((int)changed.Data["schemaVersion"]!).Should().Be(2);

        (await Admin.PostAsync(Types, new { name })).Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
        (await Admin.DeleteAsync($"{Types}/{name}")).Is(HttpStatusCode.NoContent);
        (await Admin.GetAsync($"{Types}/{name}")).Is(HttpStatusCode.NotFound);
    }

    [TestCase("""{"name":"Order"}""", "/name")]
    [TestCase("""{"name":"key.stolen"}""", "/name")]
    [TestCase("""{"name":"order.x","schema":{"pattern":"(a+)+$"}}""", "/schema/pattern")]
    [TestCase("""{"name":"order.x","schema":{"$ref":"https://thief.example/schema.json"}}""", "/schema/$ref")]
    [TestCase("""{"name":"order.x","schema":{"properties":{"a":{"if":{}}}}}""", "/schema/properties/a/if")]
    [TestCase("""{"name":"order.x","schema":[]}""", "/schema")]
    [TestCase("""{"name":"order.x","schema":{"type":"object","required":["id"]},"example":{}}""", "/example/id")]
    [TestCase("""{"name":"order.x","scope":"everything"}""", "/scope")]
    [TestCase("""{"name":"order.x","scope":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}""", "/scope")]
    [TestCase("""{"name":"order.x","schema":{"properties":{"a/b~c":{"if":{}}}}}""", "/schema/properties/a~1b~0c/if")]
    [TestCase("""{"name":"order.x","schema":{"multipleOf":0}}""", "/schema/multipleOf")]
    [TestCase("""{"name":"order.x","schema":{"type":"strng"}}""", "/schema/type")]
    [TestCase("""{"name":"order.x","schema":{"properties":{"a":{"type":["string","nul"]}}}}""", "/schema/properties/a/type/1")]
    [TestCase("""{"name":"order.x","schema":{"type":[]}}""", "/schema/type")]
    [TestCase("""{"name":"order.x","schema":{"items":{"type":7}}}""", "/schema/items/type")]
    [TestCase("""{"name":"order.x","schema":{"properties":{"a":{"enum":[]}}}}""", "/schema/properties/a/enum")]
    [TestCase("""{"name":"order.x","schema":{"enum":"open"}}""", "/schema/enum")]
    [TestCase("""{"name":"order.x","schema":{"properties":[]}}""", "/schema/properties")]
    public async Task Register_WrongField_Is400ThatNamesIt(string body, string pointer) =>
        (await Admin.PostAsync(Types, body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal(pointer);

    [Test]
    public async Task List_PageByPage_ShowsBuiltInAndOwnByName()
    {
        await Admin.PostAsync(Types, new { name = "aaa.first" });
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await Admin.GetAsync($"{Types}?limit=7{(cursor is null ? "" : "&cursor=" + cursor)}")).Is(HttpStatusCode.OK);
            names.AddRange(page.Body["data"]!.AsArray().Select(t => (string)t!["name"]!));
            cursor = (string?)page.Body["pagination"]!["nextCursor"];
        }
        while (cursor is not null);

        names.Should().Contain("aaa.first").And.Contain(BuiltInEventTypes.All.Select(t => t.Name)).And.OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Test]
    public void BuiltIn_Examples_PassTheirSchemas()
    {
        foreach (var type in BuiltInEventTypes.All)
        {
            var schema = new EventSchemaCompiler().Compile(BuiltInEventSchema.SchemaOf(type).ToJsonString(), "", []);
            schema!.Check(System.Text.Json.JsonElement.Parse(BuiltInEventSchema.ExampleOf(type)), "").Should().BeEmpty(type.Name);
            BuiltInEventTypes.IsReserved(type.Name).Should().BeTrue();
        }

        BuiltInEventTypes.All.Select(t => t.Name).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
    }

    [Test]
    public void Reference_OnDisk_IsWhatTheRegistrySays()
    {
        var path = Path.Combine(Repository.Root, "docs", "reference", "event-types.md");
        if (Environment.GetEnvironmentVariable("DATAHUB_WRITE_REFERENCE") == "1")
        {
            File.WriteAllText(path, EventTypeReference.Write());
        }

        File.ReadAllText(path).Should().Be(EventTypeReference.Write(), "DATAHUB_WRITE_REFERENCE=1 writes it anew");
    }
}
