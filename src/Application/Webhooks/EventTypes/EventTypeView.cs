using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Domain.Webhooks.Events;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>An event type as the API shows it.</summary>
/// <param name="Id">Its name, by which it is found.</param>
/// <param name="Name">Such as <c>order.created</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="BuiltIn">True for the gateway's own.</param>
/// <param name="Raised">False for a built-in one that nothing raises in this version.</param>
/// <param name="Schema">JSON Schema of the data; null: anything goes.</param>
/// <param name="SchemaVersion">Counts the schemas; 0 without one.</param>
/// <param name="Example">Example of the data.</param>
/// <param name="Scope">The scope that a key needs for it; null: <c>{first word}:read</c>.</param>
/// <param name="Deprecated">On its way out, still published and delivered.</param>
/// <param name="Archived">Nothing can be published any more.</param>
/// <param name="CreatedAt">UTC; null for a built-in one.</param>
/// <param name="UpdatedAt">UTC; null for a built-in one.</param>
/// <param name="Version">Counts changes; the entity tag; 0 for a built-in one.</param>
public sealed record EventTypeView(
    string Id, string Name, string? Description, bool BuiltIn, bool Raised, JsonElement? Schema, int SchemaVersion, JsonElement? Example, string? Scope, bool Deprecated, bool Archived,
    DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt, long Version)
{
    /// <summary>Shows a type of a tenant's own.</summary>
    /// <param name="type">The type.</param>
    public static EventTypeView Of(EventType type) => new(
        type.Name, type.Name, type.Description, false, true, Json(type.Schema), type.SchemaVersion, Json(type.Example), type.Scope, type.Deprecated, type.Archived,
        type.CreatedAt, type.UpdatedAt, type.Version);

    /// <summary>Shows one of the gateway's own.</summary>
    /// <param name="type">The type.</param>
    public static EventTypeView Of(BuiltInEventType type) => new(
        type.Name, type.Name, type.Description, true, type.Raised, JsonElement.Parse(BuiltInEventSchema.SchemaOf(type).ToJsonString()), 1,
        JsonElement.Parse(BuiltInEventSchema.ExampleOf(type)), null, false, false, null, null, 0);

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}

/// <summary>Schema and example of the gateway's own events, from their fields.</summary>
public static class BuiltInEventSchema
{
    /// <summary>The JSON Schema of the data. Members may be added later; none goes.</summary>
    /// <param name="type">The type.</param>
    public static JsonObject SchemaOf(BuiltInEventType type)
    {
        var properties = new JsonObject();
        foreach (var field in type.Fields)
        {
            var member = new JsonObject { ["type"] = field.Type == "date-time" ? "string" : field.Type, ["description"] = field.Description };
            if (field.Type == "date-time")
            {
                member["format"] = "date-time";
            }

            properties[field.Name] = member;
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["type"] = "object", ["properties"] = properties,
            ["required"] = new JsonArray([.. type.Fields.Where(f => f.Required).Select(f => (JsonNode)f.Name)]),
        };
    }

    /// <summary>An example of the data, as JSON text.</summary>
    /// <param name="type">The type.</param>
    public static string ExampleOf(BuiltInEventType type)
    {
        var text = new StringBuilder("{");
        foreach (var field in type.Fields)
        {
            text.Append(text.Length > 1 ? ", " : "").Append('"').Append(field.Name).Append("\": ").Append(field.Example);
        }

        return text.Append('}').ToString();
    }
}
