using System.Text.Json.Nodes;

namespace DataHub.Domain.UnitTests.Webhooks.Filters;

/// <summary>The words of the reference, taken one by one over the JSON of filter and payload; knows small numbers and plain paths only.</summary>
internal static class NaiveFilter
{
    public static bool Holds(JsonObject filter, JsonObject data) => filter.All(member => member.Key switch
    {
        "$and" => member.Value!.AsArray().All(f => Holds(f!.AsObject(), data)),
        "$or" => member.Value!.AsArray().Any(f => Holds(f!.AsObject(), data)),
        "$not" => !Holds(member.Value!.AsObject(), data),
        var path => At(path, member.Value, data),
    });

    private static bool At(string path, JsonNode? condition, JsonObject data)
    {
        var (there, value) = Follow(path.Split('.'), data);
        if (condition is not JsonObject operators)
        {
            return there && JsonNode.DeepEquals(value, condition);
        }

        return operators.All(o => o.Key switch
        {
            "$eq" => there && JsonNode.DeepEquals(value, o.Value),
            "$neq" => !(there && JsonNode.DeepEquals(value, o.Value)),
            "$gt" => there && Compare(value, o.Value) > 0,
            "$gte" => there && Compare(value, o.Value) >= 0,
            "$lt" => there && Compare(value, o.Value) < 0,
            "$lte" => there && Compare(value, o.Value) <= 0,
            "$in" => there && o.Value!.AsArray().Any(v => JsonNode.DeepEquals(value, v)),
            "$nin" => !(there && o.Value!.AsArray().Any(v => JsonNode.DeepEquals(value, v))),
            "$exist" => there == o.Value!.GetValue<bool>(),
            "$startsWith" => there && TextOf(value)?.StartsWith(TextOf(o.Value)!, StringComparison.Ordinal) == true,
            "$endsWith" => there && TextOf(value)?.EndsWith(TextOf(o.Value)!, StringComparison.Ordinal) == true,
            "$not" => !At(path, o.Value, data),
            "$and" => o.Value!.AsArray().All(c => At(path, c, data)),
            "$or" => o.Value!.AsArray().Any(c => At(path, c, data)),
            var deeper => At($"{path}.{deeper}", o.Value, data),
        });
    }

    private static (bool There, JsonNode? Value) Follow(IEnumerable<string> steps, JsonNode? node)
    {
        foreach (var step in steps)
        {
            switch (node)
            {
                case JsonObject map when map.ContainsKey(step):
                    node = map[step];
                    break;
                case JsonArray list when int.TryParse(step, out var index) && index < list.Count:
                    node = list[index];
                    break;
                default:
                    return (false, null);
            }
        }

        return (true, node);
    }

    private static int? Compare(JsonNode? a, JsonNode? b) =>
        TextOf(a) is { } x && TextOf(b) is { } y ? string.CompareOrdinal(x, y)
        : NumberOf(a) is { } m && NumberOf(b) is { } n ? m.CompareTo(n)
        : null;

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static int? NumberOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;
}
