using System.Buffers;
using System.Text.Json;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Filters;

namespace DataHub.Domain.Webhooks.Mapping;

/// <summary>What came of a mapping.</summary>
/// <param name="Body">The bytes to send; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public readonly record struct MappedPayload(byte[]? Body, string? Error);

/// <summary>
/// Changes a payload by declaration: <c>pick</c> keeps members of <c>data</c>, <c>rename</c> gives them other names, or <c>template</c> writes another document. Nothing
/// loops and nothing calls, so its cost is bounded by the payload and the mapping.
/// </summary>
public sealed class PayloadMapping
{
    /// <summary>Most characters of a mapping.</summary>
    public const int MaxLength = 8_192;

    /// <summary>Most bytes of what is sent: 256 KiB.</summary>
    public const int MaxOutput = 256 * 1024;

    /// <summary>Most entries of <c>pick</c> and of <c>rename</c>.</summary>
    public const int MaxEntries = 100;

    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    private readonly MappedMember[] _members;
    private readonly TemplateNode? _template;
    private readonly bool _whole;

    private PayloadMapping(MappedMember[] members, TemplateNode? template, bool whole) => (_members, _template, _whole) = (members, template, whole);

    /// <summary>Compiles a mapping.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="pointer">Where it stands in the request, for faults.</param>
    /// <param name="faults">Takes every mistake.</param>
    /// <returns>Null when there was a mistake.</returns>
    public static PayloadMapping? Parse(string json, string pointer, List<DomainFault> faults)
    {
        if (json.Length > MaxLength)
        {
            faults.Add(new DomainFault(pointer, "too_long", $"A mapping has at most {MaxLength} characters."));
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            JsonValues.EnsureTexts(document.RootElement);
            var before = faults.Count;
            var (members, template, whole) = new MappingCompiler(faults, pointer).Compile(document.RootElement.Clone());
            return faults.Count == before ? new PayloadMapping(members, template, whole) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            faults.Add(new DomainFault(pointer, "invalid_mapping", "A mapping is a JSON object of Unicode text without repeated members, at most 16 levels deep."));
            return null;
        }
    }

    /// <summary>Changes one payload.</summary>
    /// <param name="id">The event.</param>
    /// <param name="envelope">Its envelope: <c>type</c>, <c>timestamp</c>, <c>data</c>.</param>
    public MappedPayload Apply(EventId id, JsonElement envelope)
    {
        var source = new MappingSource(id, envelope);
        var buffer = new ArrayBufferWriter<byte>(1024);
        try
        {
            using var json = new Utf8JsonWriter(buffer, Compact);
            if (_whole)
            {
                _template!.Write(json, source);
            }
            else
            {
                json.WriteStartObject();
                json.WriteString("type", source.Type);
                json.WriteString("timestamp", source.Timestamp);
                json.WritePropertyName("data");
                WriteData(json, source);
                json.WriteEndObject();
            }

            json.Flush();
        }
        catch (OutputTooLargeException)
        {
            return new MappedPayload(null, $"The mapped payload has more than {MaxOutput} bytes.");
        }
        catch (InvalidOperationException)
        {
            return new MappedPayload(null, "The payload holds text that cannot be written again.");
        }

        return buffer.WrittenCount > MaxOutput ? new MappedPayload(null, $"The mapped payload has more than {MaxOutput} bytes.") : new MappedPayload(buffer.WrittenSpan.ToArray(), null);
    }

    private void WriteData(Utf8JsonWriter json, MappingSource source)
    {
        if (_template is not null)
        {
            _template.Write(json, source);
            return;
        }

        json.WriteStartObject();
        foreach (var member in _members)
        {
            if (member.Path.TryFollow(source.Data, out var value))
            {
                json.WritePropertyName(member.Name);
                value.WriteTo(json);
                TemplateNode.Guard(json);
            }
        }

        json.WriteEndObject();
    }
}

/// <summary>A member of the mapped data, and where it comes from.</summary>
internal sealed record MappedMember(string Name, PayloadPath Path);

/// <summary>What a mapping reads from.</summary>
internal readonly struct MappingSource(EventId id, JsonElement envelope)
{
    public string Id => id.ToString();

    public string? Type => envelope.GetProperty("type").GetString();

    public string? Timestamp => envelope.GetProperty("timestamp").GetString();

    public JsonElement Data => envelope.GetProperty("data");
}

/// <summary>Stops writing when the bound is passed, before memory is.</summary>
internal sealed class OutputTooLargeException : Exception;
