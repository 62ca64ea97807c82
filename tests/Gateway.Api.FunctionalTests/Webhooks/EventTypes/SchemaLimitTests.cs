using System.Diagnostics;
using System.Text.Json;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Webhooks.EventTypes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.EventTypes;

/// <summary>A schema comes from a stranger and is applied to what a stranger publishes: neither may cost the process more than a moment.</summary>
public class SchemaLimitTests
{
    // Without members to go down by, following these never ends, and the process ends with it.
    [TestCase("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}""")]
    [TestCase("""{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}},"properties":{"x":{"$ref":"#/$defs/a"}}}""")]
    [TestCase("""{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}""")]
    [TestCase("""{"oneOf":[{"$ref":"#/"}]}""")]
    [TestCase("""{"$defs":{"a":{"$ref":"#/properties/x"}},"properties":{"x":{"$ref":"#/$defs/a"}}}""")]
    [TestCase("""{"$ref":"#/$defs/missing"}""")]
    public void Compile_ReferencesInACircle_IsRefused(string schema)
    {
        var faults = new List<DomainFault>();

        new EventSchemaCompiler().Compile(schema, "/schema", faults).Should().BeNull();

        faults.Should().NotBeEmpty().And.OnlyContain(f => f.Code == "invalid_schema");
    }

    [Test]
    public void Compile_ReferenceThatGoesDown_ChecksListsOfAnyLength()
    {
        var schema = Compile("""{"$defs":{"n":{"type":"object","required":["v"],"properties":{"next":{"$ref":"#/$defs/n"}}}},"properties":{"list":{"$ref":"#/$defs/n"}}}""");

        schema.Check(JsonElement.Parse("""{"list":{"v":1,"next":{"v":2,"next":{"v":3}}}}"""), "").Should().BeEmpty();
        schema.Check(JsonElement.Parse("""{"list":{"v":1,"next":{"next":{"v":3}}}}"""), "").Should().ContainSingle();
    }

    [TestCase("hostname")]
    [TestCase("email")]
    [TestCase("uri")]
    [TestCase("ipv6")]
    [TestCase("ipv4")]
    [TestCase("date-time")]
    [TestCase("time")]
    [TestCase("uuid")]
    [TestCase("byte")]
    [TestCase("base64")]
    public void Check_LongText_IsOverInAMoment(string format)
    {
        var schema = Compile($$$$"""{"properties":{"t":{"type":"string","format":"{{{{format}}}}"}}}""");
        foreach (var text in new[] { new string('a', 200_000) + "!", string.Concat(Enumerable.Repeat("a.", 100_000)) + "!", string.Concat(Enumerable.Repeat("a@", 100_000)), string.Concat(Enumerable.Repeat("1:", 100_000)), new string('-', 200_000) })
        {
            var began = Stopwatch.GetTimestamp();
            schema.Check(JsonSerializer.SerializeToElement(new { t = text }), "");
            Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(30), format);
        }
    }

    [TestCase("1e400")]
    [TestCase("1e300")]
    [TestCase("-1e300")]
    [TestCase("1e-400")]
    [TestCase("123456789012345678901234567890.5")]
    public void Check_NumberOfAnySize_IsJudged(string number)
    {
        var schema = Compile("""{"properties":{"n":{"minimum":1,"maximum":10,"multipleOf":0.5,"exclusiveMinimum":0}}}""");

        schema.Check(JsonElement.Parse($$$"""{"n":{{{number}}}}"""), "").Should().NotBeEmpty();
    }

    [Test]
    public void Check_NumberOfManyDigits_IsJudged()
    {
        var schema = Compile("""{"properties":{"n":{"type":"integer"}}}""");

        schema.Check(JsonElement.Parse($$$"""{"n":{{{new string('9', 400)}}}}"""), "").Count.Should().BeLessThan(2);
    }

    [Test]
    public void Check_ManyUniqueItems_IsOverInAMoment()
    {
        var schema = Compile("""{"properties":{"c":{"type":"array","uniqueItems":true}}}""");
        var began = Stopwatch.GetTimestamp();

        schema.Check(JsonSerializer.SerializeToElement(new { c = Enumerable.Range(0, 30_000) }), "").Should().BeEmpty();

        Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(30));
    }

    // Two parts that both lead on: twice the work at every level of the data.
    [Test]
    public void Check_DefinitionsThatMultiplyWithTheData_EndsInAMoment()
    {
        var schema = Compile("""{"$defs":{"n":{"allOf":[{"properties":{"next":{"$ref":"#/$defs/n"}}},{"properties":{"next":{"$ref":"#/$defs/n"}}}]}},"properties":{"list":{"$ref":"#/$defs/n"}}}""");
        var began = Stopwatch.GetTimestamp();

        schema.Check(JsonElement.Parse("{\"list\":" + string.Concat(Enumerable.Repeat("{\"next\":", 40)) + "1" + new string('}', 41)), "/data").Should().ContainSingle().Which.Pointer.Should().Be("/data");

        Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(30));
    }

    [TestCase("const")]
    [TestCase("$id")]
    [TestCase("$ref")]
    [TestCase("enum")]
    public void Check_MemberThatIsNamedLikeAKeyword_IsAMember(string name)
    {
        var schema = Compile($$$$"""{"properties":{"{{{{name}}}}":{"type":"string"}}}""");

        schema.Check(JsonElement.Parse($$"""{"{{name}}":"text"}"""), "").Should().BeEmpty();
        schema.Check(JsonElement.Parse($$"""{"{{name}}":1}"""), "").Should().ContainSingle();
    }

    [TestCase("hostname", "example.com", "exa mple")]
    [TestCase("email", "a.b+c@example.com", "a@b@")]
    public void Check_Formats_StillHold(string format, string good, string bad)
    {
        var schema = Compile($$$$"""{"properties":{"t":{"type":"string","format":"{{{{format}}}}"}}}""");

        schema.Check(JsonSerializer.SerializeToElement(new { t = good }), "").Should().BeEmpty();
        schema.Check(JsonSerializer.SerializeToElement(new { t = bad }), "").Should().ContainSingle();
    }

    private static Application.Webhooks.EventTypes.IEventSchema Compile(string schema)
    {
        var faults = new List<DomainFault>();
        var compiled = new EventSchemaCompiler().Compile(schema, "/schema", faults);
        faults.Should().BeEmpty();
        return compiled!;
    }
}
