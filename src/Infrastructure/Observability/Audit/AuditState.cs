using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Reads from the change tracker what an aggregate was and what it is: of a changed one only the fields that differ.</summary>
internal static class AuditState
{
    /// <summary>The fields before and after a save; null for not there.</summary>
    public static (JsonObject? Before, JsonObject? After) Of(EntityEntry aggregate, ILookup<object, EntityEntry> ownedBy)
    {
        var before = aggregate.State == EntityState.Added ? null : new JsonObject();
        var after = aggregate.State == EntityState.Deleted ? null : new JsonObject();
        AddFields(aggregate, before, after);
        foreach (var part in ownedBy[aggregate.Entity].GroupBy(e => e.Metadata.FindOwnership()!.PrincipalToDependent!))
        {
            AddPart(part.Key, [.. part], before, after);
        }

        return (before, after);
    }

    /// <summary>The parts of every aggregate that is tracked, by the aggregate.</summary>
    public static ILookup<object, EntityEntry> Parts(ChangeTracker tracker)
    {
        var owners = new Dictionary<(IEntityType, object), object>();
        var parts = new List<(object Owner, EntityEntry Part)>();
        var entries = tracker.Entries().ToList();
        foreach (var entry in entries.Where(e => !e.Metadata.IsOwned() && e.Metadata.FindPrimaryKey() is { Properties.Count: 1 }))
        {
            owners[(entry.Metadata.GetRootType(), entry.Property(entry.Metadata.FindPrimaryKey()!.Properties[0].Name).CurrentValue!)] = entry.Entity;
        }

        foreach (var entry in entries.Where(e => e.Metadata.IsOwned()))
        {
            var ownership = entry.Metadata.FindOwnership()!;
            var key = entry.Property(ownership.Properties[0].Name);
            var id = entry.State == EntityState.Added ? key.CurrentValue : key.OriginalValue;
            if (id is not null && owners.TryGetValue((ownership.PrincipalEntityType.GetRootType(), id), out var owner))
            {
                parts.Add((owner, entry));
            }
        }

        return parts.ToLookup(p => p.Owner, p => p.Part);
    }

    private static void AddFields(EntityEntry entry, JsonObject? before, JsonObject? after)
    {
        var whole = before is null || after is null;
        foreach (var property in entry.Properties.Where(p => !p.Metadata.IsShadowProperty() && p.Metadata.Name != "UpdatedAt"))
        {
            if (whole || property.IsModified)
            {
                Add(property, before, after);
            }
        }
    }

    private static void AddPart(INavigation navigation, List<EntityEntry> entries, JsonObject? before, JsonObject? after)
    {
        if (before is not null && after is not null && entries.TrueForAll(e => e.State == EntityState.Unchanged))
        {
            return;
        }

        var name = AuditValues.NameOf(navigation.Name);
        var (was, now) = (new JsonArray(), new JsonArray());
        foreach (var entry in entries)
        {
            var old = entry.State == EntityState.Added ? null : new JsonObject();
            var current = entry.State == EntityState.Deleted ? null : new JsonObject();
            foreach (var property in entry.Properties.Where(p => !p.Metadata.IsShadowProperty()))
            {
                Add(property, old, current);
            }

            AddIfAny(was, old);
            AddIfAny(now, current);
        }

        Set(before, name, navigation.IsCollection ? was : was.FirstOrDefault()?.DeepClone());
        Set(after, name, navigation.IsCollection ? now : now.FirstOrDefault()?.DeepClone());
    }

    private static void Add(PropertyEntry property, JsonObject? before, JsonObject? after)
    {
        var name = AuditValues.NameOf(property.Metadata.Name);
        if (AuditValues.IsSecret(property.Metadata))
        {
            Set(before, name, property.OriginalValue is null ? null : AuditValues.Mask);
            Set(after, name, property.CurrentValue is null ? null : before is not null && property.IsModified ? AuditValues.ChangedMask : AuditValues.Mask);
            return;
        }

        if (before is not null)
        {
            Set(before, name, AuditValues.Of(property.Metadata, property.OriginalValue));
        }

        if (after is not null)
        {
            Set(after, name, AuditValues.Of(property.Metadata, property.CurrentValue));
        }
    }

    private static void Set(JsonObject? target, string name, JsonNode? value)
    {
        if (target is not null)
        {
            target[name] = value;
        }
    }

    private static void AddIfAny(JsonArray list, JsonObject? item)
    {
        if (item is not null)
        {
            list.Add((JsonNode)item);
        }
    }
}
