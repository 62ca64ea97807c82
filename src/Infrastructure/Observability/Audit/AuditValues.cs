using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Application.Observability.Telemetry;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Values as the trail shows them: ids printed, words for enumerations, JSON columns as JSON, and secrets masked.</summary>
internal static class AuditValues
{
    /// <summary>What stands where a secret is.</summary>
    public const string Mask = "[secret]";

    /// <summary>What stands where a secret is that the change replaced.</summary>
    public const string ChangedMask = "[secret, changed]";

    // The readable start of a key is no secret, and longer than this is no start.
    private const int ShownPrefix = 20;

    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Beside what is marked: names that say it by themselves, so that a forgotten mark shows nothing.
    private static readonly string[] SecretEndings = ["password", "passwordhash", "secret", "secrethash", "token", "tokenhash", "privatekey", "credential", "credentials", "authorization", "digest", "apikey", "cookie"];

    /// <summary>The value of a property.</summary>
    public static JsonNode? Of(IProperty property, object? value)
    {
        if (value is null)
        {
            return null;
        }

        if (EntityIdConverter.IsEntityId(property.ClrType) || (Nullable.GetUnderlyingType(property.ClrType) is { } inner && EntityIdConverter.IsEntityId(inner)))
        {
            return JsonValue.Create(value.ToString());
        }

        var stored = property.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;
        var node = stored is string json && property.GetTypeMapping() is Microsoft.EntityFrameworkCore.Storage.RelationalTypeMapping { StoreType: "jsonb" or "json" }
            ? JsonNode.Parse(json)
            : JsonSerializer.SerializeToNode(stored, stored.GetType(), Json);
        return Cleaned(node);
    }

    /// <summary>Whether the value of a property is never shown.</summary>
    public static bool IsSecret(IProperty property) =>
        IsMarked(property.PropertyInfo) || IsMarked(property.FieldInfo) || IsMarked(property.ClrType) || IsMarked(Nullable.GetUnderlyingType(property.ClrType))
        || IsBytes(property.ClrType) || IsBytes(property.GetTypeMapping().Converter?.ProviderClrType) || (property.ClrType == typeof(string) && IsSecretName(property.Name));

    /// <summary>The name of a property as the API writes it.</summary>
    public static string NameOf(string name) => JsonNamingPolicy.CamelCase.ConvertName(name.TrimStart('_'));

    /// <summary>Details of a note as JSON, with what looks like a secret masked.</summary>
    public static string? Details(object? details) =>
        details is null ? null : Cleaned(JsonSerializer.SerializeToNode(details, details.GetType(), DetailOptions))?.ToJsonString(Json);

    private static readonly JsonSerializerOptions DetailOptions = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Application.Abstractions.EntityIdJsonConverter(), new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private static JsonNode? Cleaned(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.ToList())
                {
                    if (value is JsonValue && value.GetValueKind() == JsonValueKind.String && IsSecretName(name))
                    {
                        map[name] = Mask;
                    }
                    else if (Cleaned(value) is { } cleaned && !ReferenceEquals(cleaned, value))
                    {
                        map[name] = cleaned;
                    }
                }

                return map;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is { } item && Cleaned(item) is { } cleaned && !ReferenceEquals(cleaned, item))
                    {
                        list[i] = cleaned;
                    }
                }

                return list;
            case JsonValue when node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > ShownPrefix } text && Redaction.HoldsKey(text):
                return JsonValue.Create(Mask);
            default:
                return node;
        }
    }

    private static bool IsSecretName(string name)
    {
        var plain = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        return Array.Exists(SecretEndings, ending => plain.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsBytes(Type? type) => type is not null && (type == typeof(byte[]) || type.IsAssignableTo(typeof(IEnumerable<byte[]>)));

    private static bool IsMarked(MemberInfo? member) => member?.IsDefined(typeof(MaskedAttribute), inherit: true) == true;
}
