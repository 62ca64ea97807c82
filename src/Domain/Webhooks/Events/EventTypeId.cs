using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Events;

/// <summary>Names one registered event type.</summary>
/// <param name="Value">A UUIDv7; printed as <c>etp_</c> and 26 characters.</param>
public readonly record struct EventTypeId(Guid Value) : IEntityId<EventTypeId>
{
    /// <inheritdoc/>
    public static string Prefix => "etp";

    /// <inheritdoc/>
    public static EventTypeId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
