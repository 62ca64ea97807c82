using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>Names one delivery: an event on its way to one subscription.</summary>
/// <param name="Value">A UUIDv7; printed as <c>dlv_</c> and 26 characters.</param>
public readonly record struct DeliveryId(Guid Value) : IEntityId<DeliveryId>
{
    /// <inheritdoc/>
    public static string Prefix => "dlv";

    /// <inheritdoc/>
    public static DeliveryId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
