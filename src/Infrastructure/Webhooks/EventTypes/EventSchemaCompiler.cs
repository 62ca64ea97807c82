using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using NJsonSchema;
using NJsonSchema.Validation;

namespace DataHub.Infrastructure.Webhooks.EventTypes;

/// <summary>
/// Compiles schemas with NJsonSchema, behind a list of keywords: what the library would pass over in silence is refused, and so is what could cost time or
/// reach out (regular expressions, references to other documents).
/// </summary>
internal sealed class EventSchemaCompiler : IEventSchemaCompiler
{
    private const int MaxDepth = 20;

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$comment", "$ref", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "type", "enum", "const", "format",
        "properties", "required", "additionalProperties", "minProperties", "maxProperties", "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "allOf", "anyOf", "oneOf", "not",
    };

    private static readonly string[] Types = ["array", "boolean", "integer", "null", "number", "object", "string"];

    public IEventSchema? Compile(string schema, string pointer, List<DomainFault> faults)
    {
        if (schema.Length > EventType.MaxSchemaLength)
        {
            faults.Add(new DomainFault(pointer, "too_long", $"A schema has at most {EventType.MaxSchemaLength} characters."));
            return null;
        }

        var before = faults.Count;
        try
        {
            var node = JsonNode.Parse(schema);
            Walk(node, pointer, faults, 0);
            EventSchemaReferences.Check(node, pointer, faults);
            if (faults.Count > before)
            {
                return null;
            }

            return new Compiled(JsonSchema.FromJsonAsync(Rewrite(node!, names: false)!.ToJsonString()).GetAwaiter().GetResult());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            faults.Add(new DomainFault(pointer, "invalid_schema", "The schema cannot be read as JSON Schema."));
            return null;
        }
    }

    private static void Walk(JsonNode? node, string pointer, List<DomainFault> faults, int depth)
    {
        if (node is JsonValue && node.GetValueKind() is JsonValueKind.True or JsonValueKind.False && depth > 0)
        {
            return; // A schema that takes everything, or nothing.
        }

        if (node is not JsonObject schema)
        {
            faults.Add(new DomainFault(pointer, "invalid_schema", "A schema is a JSON object."));
            return;
        }

        if (depth > MaxDepth)
        {
            faults.Add(new DomainFault(pointer, "invalid_schema", $"A schema is at most {MaxDepth} levels deep."));
            return;
        }

        foreach (var (name, value) in schema)
        {
            var place = DomainFault.Below(pointer, name);
            switch (name)
            {
                case "properties" or "$defs" or "definitions" when value is JsonObject members:
                    foreach (var (member, inner) in members)
                    {
                        Walk(inner, DomainFault.Below(place, member), faults, depth + 1);
                    }

                    break;
                case "items" or "additionalProperties" or "not":
                    Walk(value, place, faults, depth + 1);
                    break;
                case "allOf" or "anyOf" or "oneOf" when value is JsonArray parts:
                    for (var i = 0; i < parts.Count; i++)
                    {
                        Walk(parts[i], $"{place}/{i}", faults, depth + 1);
                    }

                    break;
                case "properties" or "$defs" or "definitions" or "allOf" or "anyOf" or "oneOf":
                    faults.Add(new DomainFault(place, "invalid_schema", $"'{name}' holds {(name is "properties" or "$defs" or "definitions" ? "an object" : "a list")} of schemas."));
                    break;
                case "type":
                    CheckType(value, place, faults);
                    break;
                case "enum" when value is not JsonArray { Count: > 0 }:
                    faults.Add(new DomainFault(place, "invalid_schema", "'enum' is a list of at least one value."));
                    break;
                case "multipleOf" when value?.GetValueKind() != JsonValueKind.Number || !(value.GetValue<JsonElement>().GetDouble() > 0):
                    faults.Add(new DomainFault(place, "invalid_schema", "'multipleOf' is a number above 0."));
                    break;
                case var _ when !Keywords.Contains(name):
                    faults.Add(new DomainFault(place, "invalid_schema", $"'{name}' is not among the keywords that are checked here; regular expressions and conditions are not."));
                    break;
            }
        }
    }

    // The library passes over a word that it does not know, and takes the place for one of any type.
    private static void CheckType(JsonNode? type, string place, List<DomainFault> faults)
    {
        if (type is JsonArray { Count: > 0 } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                CheckWord(list[i], $"{place}/{i}", faults);
            }
        }
        else
        {
            CheckWord(type, place, faults);
        }
    }

    private static void CheckWord(JsonNode? word, string place, List<DomainFault> faults)
    {
        if (word?.GetValueKind() != JsonValueKind.String || !Types.Contains(word.GetValue<string>()))
        {
            faults.Add(new DomainFault(place, "invalid_schema", $"A type is one of {string.Join(", ", Types)}, or a list of them."));
        }
    }

    // The library knows the words of an earlier draft. In a map of names none of them is a keyword.
    private static JsonNode? Rewrite(JsonNode? node, bool names)
    {
        switch (node)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(n => Rewrite(n, names: false))]);
            case JsonObject map when names:
                return new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, Rewrite(m.Value, names: false))));
            case JsonObject map:
                return RewriteSchema(map);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonObject RewriteSchema(JsonObject schema)
    {
        var result = new JsonObject();
        foreach (var (name, value) in schema)
        {
            switch (name)
            {
                case "$schema" or "$id":
                    break;
                case "const":
                    result["enum"] = new JsonArray(value?.DeepClone());
                    break;
                case "enum" or "default" or "examples":
                    result[name] = value?.DeepClone();
                    break;
                case "$ref":
                    result[name] = value!.GetValue<string>().Replace("#/$defs/", "#/definitions/", StringComparison.Ordinal);
                    break;
                case "format" when value is JsonValue && value.GetValueKind() == JsonValueKind.String:
                    result[name] = BoundedFormat.NameOf(value.GetValue<string>());
                    break;
                default:
                    result[name == "$defs" ? "definitions" : name] = Rewrite(value, names: name is "properties" or "$defs" or "definitions");
                    break;
            }
        }

        return result;
    }

    private sealed class Compiled(JsonSchema schema) : IEventSchema
    {
        private const int MaxFaults = 10;

        public IReadOnlyList<DomainFault> Check(JsonElement data, string pointer)
        {
            try
            {
                return [.. new BoundedSchemaValidator().Validate(data.GetRawText(), schema).Take(MaxFaults).Select(error => Fault(error, pointer))];
            }
            catch (SchemaEffortException)
            {
                return [new DomainFault(pointer, "schema", "The schema of the event type and this data together take too long to check.")];
            }
            catch (Exception e) when (e is Newtonsoft.Json.JsonException or ArithmeticException or InvalidOperationException or FormatException or InvalidCastException)
            {
                return [new DomainFault(pointer, "schema", "The schema of the event type cannot be applied to this, such as to a number of hundreds of digits.")];
            }
        }

        private static DomainFault Fault(ValidationError error, string pointer)
        {
            var path = (error.Path ?? "").TrimStart('#').Replace('.', '/').Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
            return new DomainFault(pointer + (path.StartsWith('/') || path.Length == 0 ? path : "/" + path), "schema", $"The schema of the event type refuses this: {error.Kind}.");
        }
    }
}
