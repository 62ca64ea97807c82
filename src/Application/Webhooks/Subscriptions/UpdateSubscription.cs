using DataHub.Application.Abstractions;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Replaces all that can be changed of a subscription; what waits for it goes to the new place.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Input">The new state.</param>
public sealed record UpdateSubscription(SubscriptionId Id, SubscriptionInput Input) : ICommand<Subscription>, ISubscriptionFields;

internal sealed class UpdateSubscriptionValidator(SubscriptionsOptions options, TimeProvider clock) : SubscriptionFieldsValidator<UpdateSubscription>(options, clock);

internal sealed class UpdateSubscriptionHandler(OwnSubscriptions own, SubscriptionSeals seals, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateSubscription, Subscription>
{
    public async Task<Subscription> Handle(UpdateSubscription request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        var definition = request.Input.Complete();
        await own.EnsureCoveredAsync(subscription.KeyId, definition.EventTypes, cancellationToken);
        var stored = seals.Open(subscription.Id, subscription.Confidential) ?? SubscriptionConfidential.None;
        var confidential = request.Input.Resolve(stored, subscription.Definition);
        subscription.Replace(definition, seals.Seal(subscription.Id, confidential), clock.GetUtcNow());
        changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        return subscription;
    }
}
