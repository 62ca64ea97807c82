using System.Collections.Frozen;
using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>A type as those who publish and deliver need it.</summary>
/// <param name="Name">Such as <c>order.created</c>.</param>
/// <param name="Scope">The scope that a key needs for it; null: that of the rule.</param>
/// <param name="SchemaVersion">Counts the schemas, from 1; 0 without one.</param>
/// <param name="Archived">True: nothing can be published any more.</param>
/// <param name="Schema">Checks its data; null: none.</param>
public sealed record RegisteredEventType(string Name, string? Scope, int SchemaVersion, bool Archived, IEventSchema? Schema);

/// <summary>The types that a tenant has registered, as of one moment.</summary>
/// <param name="types">The types by name.</param>
public sealed class TenantEventTypes(FrozenDictionary<string, RegisteredEventType> types)
{
    /// <summary>Of a tenant that has registered none.</summary>
    public static readonly TenantEventTypes None = new(FrozenDictionary<string, RegisteredEventType>.Empty);

    /// <summary>A type by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Null when it is not registered.</returns>
    public RegisteredEventType? Find(string name) => types.GetValueOrDefault(name);
}

/// <summary>The registered types, from memory; follows changes within a second.</summary>
public interface IEventTypeRegistry
{
    /// <summary>The types of a tenant.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="cancellationToken">Ends the wait when they have to be read.</param>
    ValueTask<TenantEventTypes> ReadAsync(TenantId tenant, CancellationToken cancellationToken);
}

/// <summary>A JSON Schema, compiled; for any number of threads.</summary>
public interface IEventSchema
{
    /// <summary>What is wrong with data.</summary>
    /// <param name="data">The data of an event.</param>
    /// <param name="pointer">Where it stands in the request.</param>
    /// <returns>At most ten faults; empty when all is well.</returns>
    IReadOnlyList<DomainFault> Check(JsonElement data, string pointer);
}

/// <summary>Compiles JSON Schemas.</summary>
public interface IEventSchemaCompiler
{
    /// <summary>Compiles one.</summary>
    /// <param name="schema">The schema as JSON text.</param>
    /// <param name="pointer">Where it stands in the request, for faults.</param>
    /// <param name="faults">Takes every mistake.</param>
    /// <returns>Null when there was a mistake.</returns>
    IEventSchema? Compile(string schema, string pointer, List<DomainFault> faults);
}
