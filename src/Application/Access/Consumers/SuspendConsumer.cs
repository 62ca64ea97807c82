using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>Stops all keys of a consumer until it is resumed.</summary>
/// <param name="Id">The consumer.</param>
/// <param name="Reason">Why, for whoever looks later; null for no reason.</param>
public sealed record SuspendConsumer(ConsumerId Id, string? Reason) : ICommand<Consumer>;

internal sealed class SuspendConsumerValidator : AbstractValidator<SuspendConsumer>
{
    public SuspendConsumerValidator() => RuleFor(c => c.Reason).IsReason(Consumer.MaxReasonLength);
}

internal sealed class SuspendConsumerHandler(
    IConsumerRepository consumers, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<SuspendConsumer, Consumer>
{
    public async Task<Consumer> Handle(SuspendConsumer request, CancellationToken cancellationToken)
    {
        var consumer = await consumers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        write.EnsureMatches(consumer);
        consumer.Suspend(request.Reason, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, consumer.Id.ToString());
        return consumer;
    }
}
