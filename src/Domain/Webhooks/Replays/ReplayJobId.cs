using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Replays;

/// <summary>Names one job that sends many deliveries again.</summary>
/// <param name="Value">A UUIDv7; printed as <c>job_</c> and 26 characters.</param>
public readonly record struct ReplayJobId(Guid Value) : IEntityId<ReplayJobId>
{
    /// <inheritdoc/>
    public static string Prefix => "job";

    /// <inheritdoc/>
    public static ReplayJobId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}
