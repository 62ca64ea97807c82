using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>The wire form of the configuration: for the copy on disk and for hashes.</summary>
public static class RoutingDocumentJson
{
    /// <summary>The options, for parts of the document too.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new EntityIdJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Writes a document.</summary>
    /// <param name="document">The document.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(RoutingDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    /// <summary>Reads a document.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <returns>The document; null when it is not one.</returns>
    public static RoutingDocument? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<RoutingDocument>(json, Options) is { Apis: not null, Routes: not null, Upstreams: not null, Tiers: not null } document ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The content hash of a document: the epoch does not count.</summary>
    /// <param name="document">The document.</param>
    /// <returns>SHA-256, hexadecimal, lower case.</returns>
    public static string HashOf(RoutingDocument document) => HashOf<RoutingDocument>(document with { Epoch = 0 });

    /// <summary>The hash of any part.</summary>
    /// <typeparam name="T">The part.</typeparam>
    /// <param name="part">The part.</param>
    /// <returns>SHA-256, hexadecimal, lower case.</returns>
    public static string HashOf<T>(T part) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(part, Options)));
}
