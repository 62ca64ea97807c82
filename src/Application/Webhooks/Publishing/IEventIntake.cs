using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;

namespace DataHub.Application.Webhooks.Publishing;

/// <summary>An event that is to be stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Type">Its type.</param>
/// <param name="OccurredAt">UTC instant.</param>
/// <param name="Payload">The exact bytes that are delivered.</param>
/// <param name="SchemaVersion">Version of the schema that it passed; 0 without one.</param>
/// <param name="Key">Its idempotency key, unique in the tenant; null for none.</param>
/// <param name="BodyHash">Digest of what makes the request the same; null without a key.</param>
public sealed record IncomingEvent(EventId Id, TenantId Tenant, string Type, DateTimeOffset OccurredAt, byte[] Payload, int SchemaVersion, string? Key, byte[]? BodyHash)
{
    /// <summary>Who raised it: <c>api</c> for what is published, <c>datahub</c> for the gateway's own.</summary>
    public string Source { get; init; } = "api";
}

/// <summary>An event that is stored.</summary>
/// <param name="Id">Its id; of an earlier request with the same key, that one's.</param>
/// <param name="Type">Its type.</param>
/// <param name="Timestamp">UTC instant at which it happened.</param>
/// <param name="Replayed">True when an earlier request stored it.</param>
public sealed record AcceptedEvent(EventId Id, string Type, DateTimeOffset Timestamp, bool Replayed);

/// <summary>Stores events that come over the API: those of many callers in one commit, which each caller awaits.</summary>
public interface IEventIntake
{
    /// <summary>Stores the events of one request, all or none.</summary>
    /// <param name="events">The events.</param>
    /// <param name="cancellationToken">Ends the wait, not the commit.</param>
    /// <returns>After the commit: one for each event, in their order.</returns>
    /// <exception cref="DomainException"><see cref="ErrorCodes.IdempotencyKeyReused"/> when a key was used with another body, <see cref="ErrorCodes.Overloaded"/>.</exception>
    Task<IReadOnlyList<AcceptedEvent>> StoreAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken);
}
