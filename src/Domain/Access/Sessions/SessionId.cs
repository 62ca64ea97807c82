using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Sessions;

/// <summary>Names one session of a person.</summary>
/// <param name="Value">A UUIDv7; printed as <c>ses_</c> and 26 characters.</param>
public readonly record struct SessionId(Guid Value) : IEntityId<SessionId>
{
    /// <inheritdoc/>
    public static string Prefix => "ses";

    /// <inheritdoc/>
    public static SessionId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
