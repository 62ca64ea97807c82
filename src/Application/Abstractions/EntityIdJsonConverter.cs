using System.Text.Json;
using System.Text.Json.Serialization;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Abstractions;

/// <summary>Writes and reads ids in their printed form.</summary>
public sealed class EntityIdJsonConverter : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsValueType && typeToConvert.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>));

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<TId> : JsonConverter<TId> where TId : struct, IEntityId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && EntityId.TryParse<TId>(reader.GetString(), out var id)
                ? id
                : throw new JsonException(); // Without a message of its own the serialiser adds the path and "could not be converted".

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(EntityId.Format(value));
    }
}
