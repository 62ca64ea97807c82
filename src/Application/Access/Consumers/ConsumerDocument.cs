using DataHub.Domain.Access.Consumers;

namespace DataHub.Application.Access.Consumers;

/// <summary>A consumer as the API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="Segment">Where it stands towards the operator.</param>
/// <param name="Owner">Whom to write to; null for nobody.</param>
/// <param name="TierId">The tier of its keys that name none; null for the default tier.</param>
/// <param name="Metadata">Free pairs.</param>
/// <param name="Suspended">True while none of its keys is accepted.</param>
/// <param name="SuspendedAt">UTC; null while it may call.</param>
/// <param name="SuspendedReason">Why it is suspended.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record ConsumerDocument(
    string Id,
    string Name,
    ConsumerSegment Segment,
    string? Owner,
    string? TierId,
    IReadOnlyDictionary<string, string> Metadata,
    bool Suspended,
    DateTimeOffset? SuspendedAt,
    string? SuspendedReason,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Printed id of the user whose consumer it is; null for nobody.</summary>
    public string? OwnerUserId { get; init; }

    /// <summary>Shows a consumer. Commands hand out the aggregate, because its version is known only after the commit.</summary>
    /// <param name="consumer">The consumer.</param>
    public static ConsumerDocument From(Consumer consumer) => new(
        consumer.Id.ToString(), consumer.Name, consumer.Segment, consumer.Owner, consumer.TierId?.ToString(), consumer.Metadata,
        consumer.SuspendedAt is not null, consumer.SuspendedAt, consumer.SuspendedReason, consumer.CreatedAt, consumer.UpdatedAt, consumer.Version)
    {
        OwnerUserId = consumer.OwnerUserId?.ToString(),
    };
}
