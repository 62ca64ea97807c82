using System.Text;
using System.Text.Json;
using DataHub.Domain.Webhooks.Filters;

namespace DataHub.Domain.Webhooks.Mapping;

/// <summary>A part of a template.</summary>
internal abstract class TemplateNode
{
    /// <summary>Writes the part with its placeholders filled.</summary>
    public abstract void Write(Utf8JsonWriter json, MappingSource source);

    /// <summary>Stops when more was written than may be sent.</summary>
    internal static void Guard(Utf8JsonWriter json)
    {
        if (json.BytesCommitted + json.BytesPending > PayloadMapping.MaxOutput)
        {
            throw new OutputTooLargeException();
        }
    }
}

/// <summary>What stands in the template as it is.</summary>
internal sealed class LiteralNode(JsonElement value) : TemplateNode
{
    public override void Write(Utf8JsonWriter json, MappingSource source) => value.WriteTo(json);
}

/// <summary>An object of the template.</summary>
internal sealed class ObjectNode((string Name, TemplateNode Value)[] members) : TemplateNode
{
    public override void Write(Utf8JsonWriter json, MappingSource source)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            value.Write(json, source);
        }

        json.WriteEndObject();
    }
}

/// <summary>A list of the template.</summary>
internal sealed class ListNode(TemplateNode[] elements) : TemplateNode
{
    public override void Write(Utf8JsonWriter json, MappingSource source)
    {
        json.WriteStartArray();
        foreach (var element in elements)
        {
            element.Write(json, source);
        }

        json.WriteEndArray();
    }
}

/// <summary>Where a placeholder gets its value.</summary>
/// <param name="Variable"><c>$id</c>, <c>$type</c>, <c>$timestamp</c>, <c>$data</c>; null for a path.</param>
/// <param name="Path">The path; null for a variable.</param>
internal sealed record Placeholder(string? Variable, PayloadPath? Path)
{
    public void Write(Utf8JsonWriter json, MappingSource source)
    {
        if (Variable is not (null or "$data"))
        {
            json.WriteStringValue(TextOf(source));
        }
        else if (Variable is not null)
        {
            source.Data.WriteTo(json);
        }
        else if (Path!.TryFollow(source.Data, out var value))
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public string TextOf(MappingSource source) => Variable switch
    {
        "$id" => source.Id,
        "$type" => source.Type ?? "",
        "$timestamp" => source.Timestamp ?? "",
        "$data" => source.Data.GetRawText(),
        _ => !Path!.TryFollow(source.Data, out var value) || value.ValueKind == JsonValueKind.Null ? ""
            : value.ValueKind == JsonValueKind.String ? value.GetString()!
            : value.GetRawText(),
    };
}

/// <summary>A text that is one placeholder alone: its value keeps its kind.</summary>
internal sealed class ValueNode(Placeholder placeholder) : TemplateNode
{
    public override void Write(Utf8JsonWriter json, MappingSource source)
    {
        placeholder.Write(json, source);
        Guard(json);
    }
}

/// <summary>A text with placeholders in it.</summary>
internal sealed class TextNode((string Literal, Placeholder? Placeholder)[] parts) : TemplateNode
{
    public override void Write(Utf8JsonWriter json, MappingSource source)
    {
        var text = new StringBuilder();
        foreach (var (literal, placeholder) in parts)
        {
            text.Append(literal).Append(placeholder?.TextOf(source));
            if (text.Length > PayloadMapping.MaxOutput)
            {
                throw new OutputTooLargeException();
            }
        }

        json.WriteStringValue(text.ToString());
        Guard(json);
    }
}
