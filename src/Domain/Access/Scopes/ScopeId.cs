using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Scopes;

/// <summary>Names one entry of the catalogue of scopes.</summary>
/// <param name="Value">A UUIDv7; printed as <c>scp_</c> and 26 characters.</param>
public readonly record struct ScopeId(Guid Value) : IEntityId<ScopeId>
{
    /// <inheritdoc/>
    public static string Prefix => "scp";

    /// <inheritdoc/>
    public static ScopeId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
