using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Routes;

/// <summary>Names one route.</summary>
/// <param name="Value">A UUIDv7; printed as <c>rte_</c> and 26 characters.</param>
public readonly record struct RouteId(Guid Value) : IEntityId<RouteId>
{
    /// <inheritdoc/>
    public static string Prefix => "rte";

    /// <inheritdoc/>
    public static RouteId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
