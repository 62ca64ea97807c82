using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>Replaces all that can be changed of a consumer.</summary>
/// <param name="Id">The consumer.</param>
/// <param name="Name">Unique; 1 to <see cref="Consumer.MaxNameLength"/> characters.</param>
/// <param name="Segment">Where it stands; one with admin keys stays in the segment admin.</param>
/// <param name="Owner">Whom to write to; null for nobody.</param>
/// <param name="TierId">Printed id of the tier of its keys that name none; null for the default tier.</param>
/// <param name="Metadata">Free pairs.</param>
public sealed record UpdateConsumer(
    ConsumerId Id, string Name, ConsumerSegment Segment, string? Owner, string? TierId, IReadOnlyDictionary<string, string> Metadata)
    : ICommand<Consumer>, IConsumerFields
{
    /// <summary>Printed id of the user whose consumer it is; null for nobody. A developer's consumers are always their own.</summary>
    public string? OwnerUserId { get; init; }
}

internal sealed class UpdateConsumerValidator : ConsumerFieldsValidator<UpdateConsumer>;

internal sealed class UpdateConsumerHandler(
    IConsumerRepository consumers, IApiKeyRepository keys, TierReferences tiers, ConsumerOwners owners, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateConsumer, Consumer>
{
    public async Task<Consumer> Handle(UpdateConsumer request, CancellationToken cancellationToken)
    {
        var consumer = await consumers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        write.EnsureMatches(consumer);
        if (await consumers.IsNameTakenAsync(request.Name, request.Id, cancellationToken))
        {
            throw new DomainException(ConsumerErrors.NameTaken, $"Another consumer is named '{request.Name}' already.", "/name");
        }

        if (consumer.Segment == ConsumerSegment.Admin && request.Segment != ConsumerSegment.Admin
            && (await keys.FindOfConsumerAsync(request.Id, cancellationToken)).Any(k => k.Environment == KeyEnvironment.Admin && k.RevokedAt is null))
        {
            throw new DomainException(ConsumerErrors.HasKeys, "A consumer with admin keys stays in the segment 'admin'; revoke them first.", "/segment");
        }

        var settings = await owners.AssignAsync(request.ToSettings(), consumer.OwnerUserId, cancellationToken);
        await tiers.EnsureExistsAsync(settings.TierId, cancellationToken);
        consumer.Update(settings, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, consumer.Id.ToString());
        return consumer;
    }
}
