using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>Names one subscription.</summary>
/// <param name="Value">A UUIDv7; printed as <c>sub_</c> and 26 characters.</param>
public readonly record struct SubscriptionId(Guid Value) : IEntityId<SubscriptionId>
{
    /// <inheritdoc/>
    public static string Prefix => "sub";

    /// <inheritdoc/>
    public static SubscriptionId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
