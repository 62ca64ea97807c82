using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>Removes a consumer and its revoked keys; refused while it has others.</summary>
/// <param name="Id">The consumer.</param>
public sealed record DeleteConsumer(ConsumerId Id) : ICommand<Consumer>;

internal sealed class DeleteConsumerHandler(IConsumerRepository consumers, IApiKeyRepository keys, IChangePublisher changes, WriteContext write)
    : IRequestHandler<DeleteConsumer, Consumer>
{
    public async Task<Consumer> Handle(DeleteConsumer request, CancellationToken cancellationToken)
    {
        var consumer = await consumers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        write.EnsureMatches(consumer);
        var held = await keys.FindOfConsumerAsync(request.Id, cancellationToken);
        var living = held.Count(k => k.RevokedAt is null);
        if (living > 0)
        {
            throw new DomainException(ConsumerErrors.HasKeys, $"The consumer has {living} keys that are not revoked; revoke or delete them first.");
        }

        foreach (var key in held)
        {
            keys.Remove(key);
        }

        consumers.Remove(consumer);
        changes.Publish(ChangeTopics.Keys, consumer.Id.ToString());
        return consumer;
    }
}
