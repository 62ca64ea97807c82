using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using FluentValidation;

namespace DataHub.Application.Access.Consumers;

/// <summary>The fields that creating and replacing a consumer have in common.</summary>
public interface IConsumerFields
{
    /// <summary>The unique name.</summary>
    string Name { get; }

    /// <summary>Where it stands towards the operator.</summary>
    ConsumerSegment Segment { get; }

    /// <summary>Whom to write to; null for nobody.</summary>
    string? Owner { get; }

    /// <summary>Printed id of the tier of its keys that name none; null for the default tier.</summary>
    string? TierId { get; }

    /// <summary>Printed id of the user whose consumer it is; null for nobody.</summary>
    string? OwnerUserId { get; }

    /// <summary>Free pairs.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }
}

internal static class ConsumerFieldsMapping
{
    public static ConsumerSettings ToSettings(this IConsumerFields fields) =>
        new(fields.Name, fields.Segment, fields.Owner, FieldRules.ToTierId(fields.TierId), fields.Metadata)
        {
            OwnerUserId = EntityId.TryParse<UserId>(fields.OwnerUserId, out var owner) ? owner : null,
        };
}

internal abstract class ConsumerFieldsValidator<T> : AbstractValidator<T> where T : IConsumerFields
{
    protected ConsumerFieldsValidator()
    {
        RuleFor(c => c.Name).IsName(Consumer.MaxNameLength);
        RuleFor(c => c.Segment).IsInEnum();
        RuleFor(c => c.Owner).IsReason(Consumer.MaxOwnerLength);
        RuleFor(c => c.TierId).IsTierId();
        RuleFor(c => c.OwnerUserId).Must(id => id is null || EntityId.TryParse<UserId>(id, out _)).WithErrorCode("invalid_id")
            .WithMessage("A user id looks like usr_ and 26 characters; leave it out for nobody.");
        RuleFor(c => c.Metadata).IsMetadata();
    }
}
