using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Apis;

/// <summary>Names one API.</summary>
/// <param name="Value">A UUIDv7; printed as <c>api_</c> and 26 characters.</param>
public readonly record struct ApiId(Guid Value) : IEntityId<ApiId>
{
    /// <inheritdoc/>
    public static string Prefix => "api";

    /// <inheritdoc/>
    public static ApiId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
