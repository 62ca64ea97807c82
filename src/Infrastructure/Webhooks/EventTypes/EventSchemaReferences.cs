using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Webhooks.EventTypes;

/// <summary>
/// Refuses references that lead nowhere, and those that lead in a circle without going down into the data: following them would end with the process.
/// One that goes down, such as of a tree, ends with the data.
/// </summary>
internal sealed class EventSchemaReferences
{
    private const string Circle = "The reference leads back to itself without going down into the data.";

    private readonly Dictionary<string, JsonNode?> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly List<DomainFault> _faults;

    private EventSchemaReferences(List<DomainFault> faults) => _faults = faults;

    /// <summary>Checks all of a schema.</summary>
    /// <param name="schema">The whole schema; only its own level has definitions that can be referred to.</param>
    /// <param name="pointer">Where it stands in the request, for faults.</param>
    /// <param name="faults">Takes every mistake.</param>
    public static void Check(JsonNode? schema, string pointer, List<DomainFault> faults)
    {
        var references = new EventSchemaReferences(faults);
        foreach (var word in (string[])["$defs", "definitions"])
        {
            foreach (var (name, value) in (schema as JsonObject)?[word] as JsonObject ?? [])
            {
                references._definitions.TryAdd($"#/{word}/{name}", value);
                references._definitions.TryAdd($"#/{(word == "$defs" ? "definitions" : "$defs")}/{name}", value);
            }
        }

        references.Targets(schema, pointer);
        foreach (var definition in references._definitions)
        {
            references.Follow(definition.Key, definition.Value, pointer);
        }
    }

    // Every reference of the schema names a definition.
    private void Targets(JsonNode? node, string pointer)
    {
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            var place = DomainFault.Below(pointer, name);
            switch (name)
            {
                case "$ref" when value?.GetValueKind() != JsonValueKind.String || !_definitions.ContainsKey(value.GetValue<string>()):
                    _faults.Add(new DomainFault(place, "invalid_schema", "A reference names a definition of the schema: #/$defs/…."));
                    break;
                case "properties" or "$defs" or "definitions":
                    foreach (var (member, inner) in value as JsonObject ?? [])
                    {
                        Targets(inner, DomainFault.Below(place, member));
                    }

                    break;
                case "allOf" or "anyOf" or "oneOf":
                    for (var i = 0; i < ((value as JsonArray)?.Count ?? 0); i++)
                    {
                        Targets(value![i], $"{place}/{i}");
                    }

                    break;
                case "items" or "additionalProperties" or "not":
                    Targets(value, place);
                    break;
            }
        }
    }

    private void Follow(string reference, JsonNode? definition, string pointer)
    {
        if (_done.Contains(reference))
        {
            return;
        }

        if (!_open.Add(reference))
        {
            _faults.Add(new DomainFault(pointer, "invalid_schema", Circle));
            return;
        }

        Inside(definition, pointer);
        _open.Remove(reference);
        _done.Add(reference);
    }

    // What is applied to the same data: the reference itself and the parts of a combination.
    private void Inside(JsonNode? node, string pointer)
    {
        if (node is not JsonObject schema || _faults.Count > 0)
        {
            return;
        }

        if (schema["$ref"] is JsonValue target && target.GetValueKind() == JsonValueKind.String && _definitions.TryGetValue(target.GetValue<string>(), out var definition))
        {
            Follow(target.GetValue<string>(), definition, pointer);
        }

        Inside(schema["not"], pointer);
        foreach (var part in (schema["allOf"] as JsonArray ?? []).Concat(schema["anyOf"] as JsonArray ?? []).Concat(schema["oneOf"] as JsonArray ?? []))
        {
            Inside(part, pointer);
        }
    }
}
