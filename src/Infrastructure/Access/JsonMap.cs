using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access;

/// <summary>Keeps free pairs in a <c>jsonb</c> column.</summary>
internal static class JsonMap
{
    private static readonly ValueComparer<IReadOnlyDictionary<string, string>> Comparer = new(
        (a, b) => Same(a, b), map => map.Count, map => map);

    public static void IsJsonMap(this PropertyBuilder<IReadOnlyDictionary<string, string>> property) =>
        property.HasColumnType("jsonb").HasConversion(map => Write(map), text => Read(text), Comparer);

    private static string Write(IReadOnlyDictionary<string, string> map) => JsonSerializer.Serialize(map);

    private static Dictionary<string, string> Read(string text) => JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;

    private static bool Same(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        a is not null && b is not null && a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
