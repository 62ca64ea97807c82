using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Consumers;

/// <summary>Names one consumer.</summary>
/// <param name="Value">A UUIDv7; printed as <c>con_</c> and 26 characters.</param>
public readonly record struct ConsumerId(Guid Value) : IEntityId<ConsumerId>
{
    /// <inheritdoc/>
    public static string Prefix => "con";

    /// <inheritdoc/>
    public static ConsumerId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
