using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>What event types are refused with.</summary>
public static class EventTypeErrors
{
    /// <summary>No such type.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The event type does not exist.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The event type is not valid.");

    /// <summary>Two types cannot have one name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "The event type is registered already.");

    /// <summary>The state does not allow it.</summary>
    public static readonly DomainError Conflict = new(ErrorCodes.Conflict, "The event type's state does not allow this.");
}

/// <summary>Keeps the event types of tenants.</summary>
public interface IEventTypeRepository
{
    /// <summary>Loads a type for change.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<EventType?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>All types of the tenant, by name; there are at most <see cref="EventType.MaxTypes"/>.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<EventType>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>Adds a type.</summary>
    /// <param name="type">The new type.</param>
    void Add(EventType type);

    /// <summary>Removes a type.</summary>
    /// <param name="type">A loaded type.</param>
    void Remove(EventType type);
}
