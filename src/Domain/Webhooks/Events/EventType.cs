using System.Text.Json;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Filters;

namespace DataHub.Domain.Webhooks.Events;

/// <summary>What can be changed of an event type.</summary>
/// <param name="Description">For people, at most 500 characters; null: none.</param>
/// <param name="Schema">JSON Schema of the data, as text; null: anything goes.</param>
/// <param name="Example">Example of the data, as JSON text; null: none.</param>
/// <param name="Scope">The scope that a key needs for it; null: that of the rule.</param>
/// <param name="Deprecated">True: on its way out, still published and delivered.</param>
/// <param name="Archived">True: nothing can be published any more.</param>
public sealed record EventTypeSettings(string? Description, string? Schema, string? Example, string? Scope, bool Deprecated, bool Archived);

/// <summary>A type of events that a tenant publishes. Its name stays for ever, because subscribers know it by that.</summary>
public sealed class EventType : AggregateRoot<EventTypeId>, ITenantOwned
{
    /// <summary>Most characters of a description.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>Most characters of a schema.</summary>
    public const int MaxSchemaLength = 64 * 1024;

    /// <summary>Most characters of an example.</summary>
    public const int MaxExampleLength = 16 * 1024;

    /// <summary>Most characters of a scope.</summary>
    public const int MaxScopeLength = 100;

    /// <summary>Most types of a tenant.</summary>
    public const int MaxTypes = 1_000;

    private EventType(EventTypeId id, string name, DateTimeOffset now) : base(id, now) => Name = name;

    private EventType() => Name = "";

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>Such as <c>order.created</c>; unique in the tenant.</summary>
    public string Name { get; private set; }

    /// <summary>For people.</summary>
    public string? Description { get; private set; }

    /// <summary>JSON Schema of the data, as text.</summary>
    public string? Schema { get; private set; }

    /// <summary>Counts the schemas, from 1; 0 before there was one.</summary>
    public int SchemaVersion { get; private set; }

    /// <summary>Example of the data, as JSON text.</summary>
    public string? Example { get; private set; }

    /// <summary>The scope that a key needs for it; null: that of the rule.</summary>
    public string? Scope { get; private set; }

    /// <summary>On its way out, still published and delivered.</summary>
    public bool Deprecated { get; private set; }

    /// <summary>Nothing can be published any more.</summary>
    public bool Archived { get; private set; }

    /// <summary>Registers a type.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name, for ever.</param>
    /// <param name="settings">What is set.</param>
    /// <param name="now">UTC instant.</param>
    public static EventType Register(EventTypeId id, string name, EventTypeSettings settings, DateTimeOffset now)
    {
        var type = new EventType(id, name, now);
        type.Replace(settings, now);
        return type;
    }

    /// <summary>Replaces what can be changed. Another schema is another version of it; the same one in other white space or another order is not.</summary>
    /// <param name="settings">All of it; schema and example are JSON.</param>
    /// <param name="now">UTC instant.</param>
    public void Replace(EventTypeSettings settings, DateTimeOffset now)
    {
        if (settings.Schema is not null && !IsSame(settings.Schema, Schema))
        {
            SchemaVersion++;
        }

        (Description, Schema, Example, Scope, Deprecated, Archived) = (settings.Description, settings.Schema, settings.Example, settings.Scope, settings.Deprecated, settings.Archived);
        Touch(now);
    }

    private static bool IsSame(string schema, string? before) =>
        before is not null && (schema == before || JsonValues.Same(JsonElement.Parse(schema), JsonElement.Parse(before)));
}
