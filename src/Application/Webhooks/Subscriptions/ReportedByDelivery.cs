using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Notes that an endpoint answered 2xx; again is fine. One whose URL has changed since is left alone.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Url">The URL that answered, as it is stored.</param>
public sealed record VerifySubscription(SubscriptionId Id, string Url) : ICommand<Unit>;

/// <summary>Switches a subscription off because of its endpoint; one that is off, gone, or has another URL by now is left alone.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Url">The URL that gave reason to, as it is stored.</param>
/// <param name="Reason">Gone or Failing.</param>
/// <remarks>The result is true when it was on until now.</remarks>
public sealed record DisableEndpoint(SubscriptionId Id, string Url, DisabledReason Reason) : ICommand<bool>;

internal sealed class VerifySubscriptionHandler(ISubscriptionRepository subscriptions, IChangePublisher changes, WriteContext write, TimeProvider clock) : IRequestHandler<VerifySubscription, Unit>
{
    public async Task<Unit> Handle(VerifySubscription request, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindAsync(request.Id, cancellationToken) is { VerifiedAt: null } subscription && subscription.Definition.Url == request.Url)
        {
            write.Tenant = subscription.TenantId; // The gateway itself works in the tenant that the matter belongs to.
            subscription.Verify(clock.GetUtcNow());
            changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        }

        return Unit.Value;
    }
}

internal sealed class DisableEndpointHandler(ISubscriptionRepository subscriptions, IChangePublisher changes, IEventPublisher events, WriteContext write, TimeProvider clock)
    : IRequestHandler<DisableEndpoint, bool>
{
    public async Task<bool> Handle(DisableEndpoint request, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindAsync(request.Id, cancellationToken) is not { DisabledAt: null } subscription || subscription.Definition.Url != request.Url)
        {
            return false;
        }

        write.Tenant = subscription.TenantId;
        subscription.Disable(request.Reason, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        events.Publish(WebhookEvents.EndpointDisabled, EndpointEventData.Of(subscription) with { Reason = request.Reason });
        return true;
    }
}
