using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Upstreams;

/// <summary>Names one upstream.</summary>
/// <param name="Value">A UUIDv7; printed as <c>ups_</c> and 26 characters.</param>
public readonly record struct UpstreamId(Guid Value) : IEntityId<UpstreamId>
{
    /// <inheritdoc/>
    public static string Prefix => "ups";

    /// <inheritdoc/>
    public static UpstreamId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
