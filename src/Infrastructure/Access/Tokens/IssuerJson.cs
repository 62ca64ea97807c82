using System.Text.Json;
using System.Text.Json.Serialization;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>The stored form of issuers.</summary>
internal static class IssuerJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new EntityIdJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };
}
