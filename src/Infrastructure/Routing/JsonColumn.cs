using System.Text.Json;
using DataHub.Application.Routing.Snapshots;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Routing;

/// <summary>Stores a value list as <c>jsonb</c>; two values are equal when their JSON is.</summary>
internal static class JsonColumn
{
    public static PropertyBuilder<T> HasJsonb<T>(this PropertyBuilder<T> property)
    {
        property.HasColumnType("jsonb");
        property.HasConversion(
            value => JsonSerializer.Serialize(value, RoutingDocumentJson.Options),
            json => JsonSerializer.Deserialize<T>(json, RoutingDocumentJson.Options)!,
            new ValueComparer<T>(
                (a, b) => JsonSerializer.Serialize(a, RoutingDocumentJson.Options) == JsonSerializer.Serialize(b, RoutingDocumentJson.Options),
                value => JsonSerializer.Serialize(value, RoutingDocumentJson.Options).GetHashCode(StringComparison.Ordinal),
                value => value)); // Values are immutable: the snapshot is the value itself.
        return property;
    }
}
