using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Events;

/// <summary>Names one event.</summary>
/// <param name="Value">A UUIDv7; printed as <c>evt_</c> and 26 characters.</param>
public readonly record struct EventId(Guid Value) : IEntityId<EventId>
{
    /// <inheritdoc/>
    public static string Prefix => "evt";

    /// <inheritdoc/>
    public static EventId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
