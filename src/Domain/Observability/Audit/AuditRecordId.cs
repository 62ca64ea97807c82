using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>Names one record of the audit trail.</summary>
/// <param name="Value">A UUIDv7; printed as <c>aud_</c> and 26 characters.</param>
public readonly record struct AuditRecordId(Guid Value) : IEntityId<AuditRecordId>
{
    /// <inheritdoc/>
    public static string Prefix => "aud";

    /// <inheritdoc/>
    public static AuditRecordId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
