using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.RequestLogs;

/// <summary>Names one request.</summary>
/// <param name="Value">A UUIDv7 made when the request's head was read; printed as <c>req_</c> and 26 characters.</param>
public readonly record struct RequestId(Guid Value) : IEntityId<RequestId>
{
    /// <inheritdoc/>
    public static string Prefix => "req";

    /// <inheritdoc/>
    public static RequestId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
