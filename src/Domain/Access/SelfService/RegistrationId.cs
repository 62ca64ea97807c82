using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.SelfService;

/// <summary>Names one registration.</summary>
/// <param name="Value">A UUIDv7; printed as <c>reg_</c> and 26 characters.</param>
public readonly record struct RegistrationId(Guid Value) : IEntityId<RegistrationId>
{
    /// <inheritdoc/>
    public static string Prefix => "reg";

    /// <inheritdoc/>
    public static RegistrationId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
