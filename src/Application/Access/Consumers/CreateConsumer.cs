using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>Creates a consumer.</summary>
/// <param name="Name">Unique; 1 to <see cref="Consumer.MaxNameLength"/> characters.</param>
/// <param name="Segment">Where it stands towards the operator.</param>
/// <param name="Owner">Whom to write to; null for nobody.</param>
/// <param name="TierId">Printed id of the tier of its keys that name none; null for the default tier.</param>
/// <param name="Metadata">Free pairs.</param>
public sealed record CreateConsumer(
    string Name, ConsumerSegment Segment, string? Owner, string? TierId, IReadOnlyDictionary<string, string> Metadata) : ICommand<Consumer>, IConsumerFields
{
    /// <summary>Printed id of the user whose consumer it is; null for nobody. A developer's consumers are always their own.</summary>
    public string? OwnerUserId { get; init; }
}

internal sealed class CreateConsumerValidator : ConsumerFieldsValidator<CreateConsumer>;

internal sealed class CreateConsumerHandler(IConsumerRepository consumers, TierReferences tiers, ConsumerOwners owners, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateConsumer, Consumer>
{
    public async Task<Consumer> Handle(CreateConsumer request, CancellationToken cancellationToken)
    {
        var id = new ConsumerId(ids.NewId());
        if (await consumers.IsNameTakenAsync(request.Name, id, cancellationToken))
        {
            throw new DomainException(ConsumerErrors.NameTaken, $"Another consumer is named '{request.Name}' already.", "/name");
        }

        var settings = await owners.AssignAsync(request.ToSettings(), null, cancellationToken);
        await tiers.EnsureExistsAsync(settings.TierId, cancellationToken);
        var consumer = Consumer.Create(id, settings, clock.GetUtcNow());
        consumers.Add(consumer);
        return consumer;
    }
}
