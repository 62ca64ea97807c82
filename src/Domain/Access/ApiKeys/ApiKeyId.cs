using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>Names one API key.</summary>
/// <param name="Value">A UUIDv7; printed as <c>key_</c> and 26 characters.</param>
public readonly record struct ApiKeyId(Guid Value) : IEntityId<ApiKeyId>
{
    /// <inheritdoc/>
    public static string Prefix => "key";

    /// <inheritdoc/>
    public static ApiKeyId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
