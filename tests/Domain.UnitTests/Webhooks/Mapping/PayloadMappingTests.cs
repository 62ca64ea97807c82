using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Mapping;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Mapping;

public class PayloadMappingTests
{
    private const string Envelope = """{"type":"order.created","timestamp":"2026-11-21T10:00:00.000Z","data":{"order":{"id":7,"total":12.50,"note":"a\"b","tags":["x"]},"big":12345678901234567890}}""";

    private static readonly EventId Id = new(new Guid("01900000-0000-7000-8000-000000000001"));

    // "items.0", "items.00" and so on would be one place under a hundred names.
    [Test]
    public void Apply_OneBigPartUnderManyNames_StopsAtTheBoundAndNotInMemory()
    {
        var rename = string.Join(",", Enumerable.Range(1, 100).Select(i => $"\"items.{new string('0', i)}\":\"m{i}\""));
        var faults = new List<DomainFault>();
        var mapping = PayloadMapping.Parse($"{{\"rename\":{{{rename}}}}}", "", faults);
        faults.Should().BeEmpty();
        var envelope = JsonElement.Parse($"{{\"type\":\"a.b\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"data\":{{\"items\":[\"{new string('x', 200_000)}\"]}}}}");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var mapped = mapping!.Apply(Id, envelope);

        mapped.Error.Should().Contain("bytes");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(3 * 1024 * 1024);
    }

    [Test]
    public void Parse_TextThatIsNotUnicode_IsAFault()
    {
        foreach (var json in new[] { """{"pick":["a\ud800"]}""", """{"rename":{"a":"\ud800"}}""", """{"rename":{"\ud800":"a"}}""", """{"template":{"\ud800":1}}""", """{"template":{"a":"\udc00"}}""" })
        {
            var faults = new List<DomainFault>();
            PayloadMapping.Parse(json, "/mapping", faults).Should().BeNull();
            faults.Should().ContainSingle(json).Which.Code.Should().Be("invalid_mapping");
        }
    }

    [TestCase("""{"pick":["order.id","big"]}""", """{"id":7,"big":12345678901234567890}""")]
    [TestCase("""{"pick":["order.id","nothing"]}""", """{"id":7}""")]
    [TestCase("""{"rename":{"order.total":"amount","/order/tags/0":"tag"}}""", """{"amount":12.50,"tag":"x"}""")]
    [TestCase("""{"pick":["order.id"],"rename":{"order.note":"text"}}""", """{"id":7,"text":"a\"b"}""")]
    [TestCase("""{"template":{"n":"{{order.id}}","all":"{{order.tags}}","none":"{{x}}","list":[1,"{{$type}}"]}}""", """{"n":7,"all":["x"],"none":null,"list":[1,"order.created"]}""")]
    [TestCase("""{"template":"{{order.id}} for {{order.total}} ({{x}}) {{order.note}}"}""", "\"7 for 12.50 () a\\\"b\"")]
    public void Apply_Example_WritesData(string mapping, string data)
    {
        var mapped = Compile(mapping)!.Apply(Id, JsonElement.Parse(Envelope));

        Encoding.UTF8.GetString(mapped.Body!).Should().Be($$$"""{"type":"order.created","timestamp":"2026-11-21T10:00:00.000Z","data":{{{data}}}}""");
    }

    [Test]
    public void Apply_TemplateOfTheBody_IsTheWholeBody()
    {
        var mapped = Compile("""{"target":"body","template":{"text":"{{$id}} at {{$timestamp}}"}}""")!.Apply(Id, JsonElement.Parse(Envelope));

        Encoding.UTF8.GetString(mapped.Body!).Should().Be($$"""{"text":"{{Id}} at 2026-11-21T10:00:00.000Z"}""");
    }

    [Test]
    public void Apply_MoreThanMayBeSent_FailsBeforeMemoryDoes()
    {
        var envelope = new JsonObject { ["type"] = "a.b", ["timestamp"] = "t", ["data"] = new JsonObject { ["x"] = new string('x', 200_000) } };
        var text = Compile($$"""{"template":"{{string.Concat(Enumerable.Repeat("{{$data}}", 800))}}"}""")!;
        var values = Compile($$"""{"template":[{{string.Join(',', Enumerable.Repeat("\"{{$data}}\"", 600))}}]}""")!;
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var mapping in new[] { text, values })
        {
            mapping.Apply(Id, JsonElement.Parse(envelope.ToJsonString())).Error.Should().Contain("262144");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(20_000_000);
    }

    [TestCase("[]", "/m")]
    [TestCase("{}", "/m")]
    [TestCase("""{"drop":["a"]}""", "/m/drop")]
    [TestCase("""{"pick":["a"],"template":{}}""", "/m")]
    [TestCase("""{"pick":["a.x","b.x"]}""", "/m/pick/1")]
    [TestCase("""{"rename":{"a":""}}""", "/m/rename/a")]
    [TestCase("""{"template":"{{a"}""", "/m/template")]
    [TestCase("""{"template":{"b":["{{$secret}}"]}}""", "/m/template/b/0")]
    [TestCase("""{"target":"url","template":"x"}""", "/m/target")]
    [TestCase("""{"target":"body","pick":["a"]}""", "/m/target")]
    public void Parse_Wrong_NamesThePlace(string mapping, string pointer)
    {
        var faults = new List<DomainFault>();

        PayloadMapping.Parse(mapping, "/m", faults).Should().BeNull();

        faults.Select(f => f.Pointer).Should().Contain(pointer);
    }

    private static PayloadMapping? Compile(string json) => PayloadMapping.Parse(json, "", []);
}
