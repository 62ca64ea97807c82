using DataHub.Application.Abstractions;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>One subscription.</summary>
/// <param name="Id">The subscription.</param>
public sealed record GetSubscription(SubscriptionId Id) : IQuery<SubscriptionView>;

/// <summary>A page of subscriptions; the holder of a key sees its own.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListSubscriptions(SubscriptionFilter Filter, ListRequest List) : IQuery<Page<SubscriptionView>>;

internal sealed class GetSubscriptionHandler(OwnSubscriptions own, IEndpointStates states, TimeProvider clock) : IRequestHandler<GetSubscription, SubscriptionView>
{
    public async Task<SubscriptionView> Handle(GetSubscription request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        var state = (await states.ReadAsync([subscription.Id], cancellationToken)).GetValueOrDefault(subscription.Id, EndpointState.Unknown);
        return SubscriptionView.Of(subscription, state, clock.GetUtcNow());
    }
}

internal sealed class ListSubscriptionsHandler(ISubscriptionList subscriptions, OwnSubscriptions own, IEndpointStates states, WriteContext write, TimeProvider clock)
    : IRequestHandler<ListSubscriptions, Page<SubscriptionView>>
{
    public async Task<Page<SubscriptionView>> Handle(ListSubscriptions request, CancellationToken cancellationToken)
    {
        var filter = write.Actor.Kind == ActorKind.ApiKey ? request.Filter with { Key = own.Key ?? default } : request.Filter;
        var page = await subscriptions.ListAsync(filter, request.List, cancellationToken);
        var known = await states.ReadAsync([.. page.Items.Select(s => s.Id)], cancellationToken);
        var now = clock.GetUtcNow();
        return new Page<SubscriptionView>([.. page.Items.Select(s => SubscriptionView.Of(s, known.GetValueOrDefault(s.Id, EndpointState.Unknown), now))], page.NextCursor);
    }
}
