using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Switches a subscription on: what is held for it is delivered.</summary>
/// <param name="Id">The subscription.</param>
public sealed record EnableSubscription(SubscriptionId Id) : ICommand<Subscription>;

/// <summary>Switches a subscription off: what comes for it is held, and expires after some days.</summary>
/// <param name="Id">The subscription.</param>
public sealed record DisableSubscription(SubscriptionId Id) : ICommand<Subscription>;

internal sealed class EnableSubscriptionHandler(OwnSubscriptions own, IDeliveries deliveries, IChangePublisher changes, WriteContext write, TimeProvider clock) : IRequestHandler<EnableSubscription, Subscription>
{
    public async Task<Subscription> Handle(EnableSubscription request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        if (subscription.Enable(clock.GetUtcNow()))
        {
            await deliveries.ResumeAsync(subscription.Id, cancellationToken);
            changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        }

        return subscription;
    }
}

internal sealed class DisableSubscriptionHandler(OwnSubscriptions own, IChangePublisher changes, IEventPublisher events, WriteContext write, TimeProvider clock)
    : IRequestHandler<DisableSubscription, Subscription>
{
    public async Task<Subscription> Handle(DisableSubscription request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        if (subscription.Disable(DisabledReason.Manual, clock.GetUtcNow()))
        {
            changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
            events.Publish(WebhookEvents.EndpointDisabled, EndpointEventData.Of(subscription) with { Reason = DisabledReason.Manual });
        }

        return subscription;
    }
}
