using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Filters;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Filters;

public class PayloadFilterTests
{
    private static readonly string[] Paths = ["a", "b", "a.b", "a.b.c", "l.0", "l.1", "x"];
    private static readonly string[] Comparisons = ["$eq", "$neq", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exist", "$startsWith", "$endsWith"];

    [TestCase("""{"a":"\ud800"}""")]
    [TestCase("""{"\ud800":1}""")]
    [TestCase("""{"a":{"$in":["\udc00"]}}""")]
    [TestCase("""{"a":{"$startsWith":"\ud800"}}""")]
    [TestCase("""{"a":{"$eq":{"\ud800":1}}}""")]
    public void Parse_TextThatIsNotUnicode_IsAFault(string json)
    {
        var faults = new List<DomainFault>();

        PayloadFilter.Parse(json, "/filter", faults).Should().BeNull();

        faults.Should().ContainSingle().Which.Code.Should().Be("invalid_filter");
    }

    [Test]
    public void Matches_ThousandsOfFiltersAndPayloads_AgreesWithTheNaiveOne()
    {
        var random = new Random(20261121);
        var passed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var filter = Filter(random, 3);
            var data = (JsonObject)Payload(random, 3, alwaysObject: true)!;

            var compiled = Compile(filter.ToJsonString());
            var expected = NaiveFilter.Holds(filter, data);
            passed += expected ? 1 : 0;
            compiled!.Matches(JsonElement.Parse(data.ToJsonString())).Should().Be(expected, $"{filter.ToJsonString()} on {data.ToJsonString()}");
        }

        passed.Should().BeInRange(2_000, 18_000, "both answers are tried");
    }

    [TestCase("""{"n":1}""", """{"n":1.0}""", true)]
    [TestCase("""{"n":{"$gt":9007199254740992}}""", """{"n":9007199254740993}""", true)]
    [TestCase("""{"n":{"$eq":123456789012345678901234567890}}""", """{"n":123456789012345678901234567891}""", false)]
    [TestCase("""{"n":{"$lt":0.3}}""", """{"n":0.1}""", true)]
    [TestCase("""{"n":{"$gt":"9"}}""", """{"n":10}""", false)]
    [TestCase("""{"n":null}""", """{}""", false)]
    [TestCase("""{"n":null}""", """{"n":null}""", true)]
    [TestCase("""{"n":{"$neq":1}}""", """{}""", true)]
    [TestCase("""{"n":{"$exist":false}}""", """{"n":null}""", false)]
    [TestCase("""{"/a.b/c":1}""", """{"a.b":{"c":1}}""", true)]
    [TestCase("""{"o":{"$eq":{"a":1,"b":[1,2]}}}""", """{"o":{"b":[1,2],"a":1}}""", true)]
    [TestCase("""{"o":{"a":1}}""", """{"o":{"a":1,"b":2}}""", true)]
    [TestCase("""{"n":{"$gte":1,"$lt":3}}""", """{"n":3}""", false)]
    public void Matches_Example_Holds(string filter, string data, bool expected) => Compile(filter)!.Matches(JsonElement.Parse(data)).Should().Be(expected);

    [TestCase("[]", "/f")]
    [TestCase("""{"a":{}}""", "/f/a")]
    [TestCase("""{"a":[1]}""", "/f/a")]
    [TestCase("""{"$gt":1}""", "/f/$gt")]
    [TestCase("""{"a":{"$regex":"x"}}""", "/f/a/$regex")]
    [TestCase("""{"a":{"$in":"x"}}""", "/f/a/$in")]
    [TestCase("""{"a":{"$in":[]}}""", "/f/a/$in")]
    [TestCase("""{"a":{"$gt":true}}""", "/f/a/$gt")]
    [TestCase("""{"a":{"$exist":1}}""", "/f/a/$exist")]
    [TestCase("""{"a":{"$startsWith":1}}""", "/f/a/$startsWith")]
    [TestCase("""{"$or":[]}""", "/f/$or")]
    [TestCase("""{"$and":{"a":1}}""", "/f/$and")]
    [TestCase("""{"$or":[{"a":{"$x":1}}]}""", "/f/$or/0/a/$x")]
    [TestCase("""{"a..b":1}""", "/f/a..b")]
    [TestCase("""{"a":1,"a":2}""", "/f")]
    [TestCase("""{"a":1""", "/f")]
    public void Parse_Wrong_NamesThePlace(string filter, string pointer)
    {
        var faults = new List<DomainFault>();

        PayloadFilter.Parse(filter, "/f", faults).Should().BeNull();

        faults.Should().ContainSingle().Which.Pointer.Should().Be(pointer);
    }

    [Test]
    public void Parse_BeyondTheBounds_IsRefused()
    {
        string Deep(int levels) => string.Concat(Enumerable.Repeat("""{"$not":""", levels)) + """{"a":1}""" + new string('}', levels);

        string Listing(int entries) => """{"a":{"$in":[""" + string.Join(',', Enumerable.Range(0, entries)) + "]}}";

        Compile(Deep(PayloadFilter.MaxDepth - 1)).Should().NotBeNull();
        Compile(Deep(PayloadFilter.MaxDepth)).Should().BeNull();
        Compile(Deep(1_000)).Should().BeNull();
        Compile(Listing(PayloadFilter.MaxConditions)).Should().NotBeNull();
        Compile(Listing(PayloadFilter.MaxConditions + 1)).Should().BeNull();
        Compile($$"""{"a":"{{new string('x', PayloadFilter.MaxLength)}}"}""").Should().BeNull();
    }

    private static PayloadFilter? Compile(string json) => PayloadFilter.Parse(json, "", []);

    private static JsonObject Filter(Random random, int depth)
    {
        var filter = new JsonObject();
        for (var i = 0; i <= random.Next(2); i++)
        {
            var choice = random.Next(depth > 0 ? 8 : 5);
            filter[choice switch { 5 => "$and", 6 => "$or", 7 => "$not", _ => Pick(random, Paths) }] = choice switch
            {
                5 or 6 => new JsonArray([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Filter(random, depth - 1))]),
                7 => Filter(random, depth - 1),
                0 => Scalar(random),
                _ => Condition(random, depth),
            };
        }

        return filter;
    }

    private static JsonObject Condition(Random random, int depth)
    {
        if (depth > 0 && random.Next(6) == 0)
        {
            return new JsonObject { ["$not"] = Condition(random, depth - 1) };
        }

        var name = Pick(random, Comparisons);
        return new JsonObject
        {
            [name] = name switch
            {
                "$in" or "$nin" => new JsonArray([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Scalar(random))]),
                "$exist" => random.Next(2) == 0,
                "$startsWith" or "$endsWith" => Pick(random, ["", "p", "q", "pq"]),
                "$gt" or "$gte" or "$lt" or "$lte" => random.Next(2) == 0 ? random.Next(4) : Pick(random, ["p", "q", "pq"]),
                _ => random.Next(3) == 0 ? Payload(random, 1, alwaysObject: false) : Scalar(random),
            },
        };
    }

    private static JsonNode? Payload(Random random, int depth, bool alwaysObject)
    {
        if (!alwaysObject && (depth == 0 || random.Next(2) == 0))
        {
            return Scalar(random);
        }

        var data = new JsonObject();
        foreach (var name in new[] { "a", "b", "c" }.Where(_ => random.Next(4) != 0))
        {
            data[name] = Payload(random, depth - 1, alwaysObject: false);
        }

        if (random.Next(2) == 0)
        {
            data["l"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Scalar(random))]);
        }

        return data;
    }

    private static JsonNode? Scalar(Random random) => random.Next(6) switch
    {
        0 => null,
        1 => true,
        2 or 3 => random.Next(4),
        _ => Pick(random, ["p", "q", "pq", "qp"]),
    };

    private static string Pick(Random random, string[] of) => of[random.Next(of.Length)];
}
