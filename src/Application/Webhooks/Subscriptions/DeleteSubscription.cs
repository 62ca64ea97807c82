using DataHub.Application.Abstractions;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Removes a subscription. What waits for it is discarded; what was delivered stays in the log.</summary>
/// <param name="Id">The subscription.</param>
public sealed record DeleteSubscription(SubscriptionId Id) : ICommand<Unit>;

internal sealed class DeleteSubscriptionHandler(ISubscriptionRepository subscriptions, OwnSubscriptions own, IChangePublisher changes, WriteContext write)
    : IRequestHandler<DeleteSubscription, Unit>
{
    public async Task<Unit> Handle(DeleteSubscription request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        subscriptions.Remove(subscription);
        changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        return Unit.Value;
    }
}
