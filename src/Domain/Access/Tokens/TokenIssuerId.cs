using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tokens;

/// <summary>Names one issuer of tokens.</summary>
/// <param name="Value">A UUIDv7; printed as <c>iss_</c> and 26 characters.</param>
public readonly record struct TokenIssuerId(Guid Value) : IEntityId<TokenIssuerId>
{
    /// <inheritdoc/>
    public static string Prefix => "iss";

    /// <inheritdoc/>
    public static TokenIssuerId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
