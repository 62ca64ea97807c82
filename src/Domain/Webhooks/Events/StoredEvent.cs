using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Events;

/// <summary>Something that happened, as subscribers will get it. Never changed: what was signed once must verify for ever.</summary>
public sealed class StoredEvent : ITenantOwned
{
    /// <summary>Most characters of a type.</summary>
    public const int MaxTypeLength = 100;

    /// <summary>Keeps an event.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="tenantId">Whose event it is.</param>
    /// <param name="type">Such as <c>key.rotated</c>.</param>
    /// <param name="occurredAt">UTC instant.</param>
    /// <param name="payload">The exact bytes that are delivered.</param>
    public StoredEvent(EventId id, TenantId tenantId, string type, DateTimeOffset occurredAt, byte[] payload) =>
        (Id, TenantId, Type, OccurredAt, Payload) = (id, tenantId, type, occurredAt, payload);

    private StoredEvent() => (Type, Payload) = ("", []);

    /// <summary>The stable id; also the receiver's key against repeats.</summary>
    public EventId Id { get; private set; }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>What kind of event.</summary>
    public string Type { get; private set; }

    /// <summary>UTC instant at which it happened.</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>The exact bytes of the envelope: JSON of <c>type</c>, <c>timestamp</c> and <c>data</c>.</summary>
    public byte[] Payload { get; private set; }
}
