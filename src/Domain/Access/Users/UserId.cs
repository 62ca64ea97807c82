using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Users;

/// <summary>Names one user.</summary>
/// <param name="Value">A UUIDv7; printed as <c>usr_</c> and 26 characters.</param>
public readonly record struct UserId(Guid Value) : IEntityId<UserId>
{
    /// <inheritdoc/>
    public static string Prefix => "usr";

    /// <inheritdoc/>
    public static UserId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
