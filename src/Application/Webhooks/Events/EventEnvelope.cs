using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataHub.Application.Webhooks.Events;

/// <summary>Writes the envelope of an event, once: the bytes are kept and delivered as they are (Standard Webhooks 1.0.0, payload).</summary>
public static class EventEnvelope
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new MillisecondConverter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>The bytes.</summary>
    /// <param name="type">Such as <c>key.rotated</c>.</param>
    /// <param name="occurredAt">UTC instant.</param>
    /// <param name="data">Written in camelCase.</param>
    public static byte[] Write(string type, DateTimeOffset occurredAt, object data) =>
        JsonSerializer.SerializeToUtf8Bytes(new Envelope(type, occurredAt, data), Options);

    private sealed record Envelope(string Type, DateTimeOffset Timestamp, object Data);

    // RFC 3339 in UTC with milliseconds, as everywhere in the API.
    private sealed class MillisecondConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}
