using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>Lets a suspended consumer call again.</summary>
/// <param name="Id">The consumer.</param>
public sealed record ResumeConsumer(ConsumerId Id) : ICommand<Consumer>;

internal sealed class ResumeConsumerHandler(IConsumerRepository consumers, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<ResumeConsumer, Consumer>
{
    public async Task<Consumer> Handle(ResumeConsumer request, CancellationToken cancellationToken)
    {
        var consumer = await consumers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        write.EnsureMatches(consumer);
        consumer.Resume(clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, consumer.Id.ToString());
        return consumer;
    }
}
