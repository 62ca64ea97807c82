using System.Text.Json;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Keeps the scopes on single APIs in a <c>jsonb</c> column: an object of scopes by printed API id.</summary>
internal static class ApiPermissionColumn
{
    private static readonly ValueComparer<IReadOnlyList<ApiGrant>> Comparer = new(
        (a, b) => Write(a!) == Write(b!), list => list.Count, list => list);

    public static void IsApiPermissions(this PropertyBuilder<IReadOnlyList<ApiGrant>> property) =>
        property.HasColumnType("jsonb").HasDefaultValueSql("'{}'::jsonb").HasConversion(list => Write(list), text => Read(text), Comparer);

    /// <summary>Reads the column; an API id that cannot be read grants nothing.</summary>
    public static IReadOnlyList<ApiGrant> Read(string text)
    {
        var permissions = new List<ApiGrant>();
        foreach (var (api, scopes) in JsonSerializer.Deserialize<Dictionary<string, string[]>>(text)!)
        {
            if (EntityId.TryParse<ApiId>(api, out var id))
            {
                permissions.Add(new ApiGrant(id, scopes));
            }
        }

        return permissions;
    }

    private static string Write(IReadOnlyList<ApiGrant> permissions) =>
        JsonSerializer.Serialize(permissions.ToDictionary(p => p.ApiId.ToString(), p => p.Scopes));
}
