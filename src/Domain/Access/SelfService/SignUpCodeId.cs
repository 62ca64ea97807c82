using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.SelfService;

/// <summary>Names one sign-up code.</summary>
/// <param name="Value">A UUIDv7; printed as <c>suc_</c> and 26 characters.</param>
public readonly record struct SignUpCodeId(Guid Value) : IEntityId<SignUpCodeId>
{
    /// <inheritdoc/>
    public static string Prefix => "suc";

    /// <inheritdoc/>
    public static SignUpCodeId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
