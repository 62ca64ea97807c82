using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.DeliveryLog;

/// <summary>One delivery; the holder of a key sees those to its own subscriptions.</summary>
/// <param name="Id">The delivery.</param>
public sealed record GetDelivery(DeliveryId Id) : IQuery<DeliveryView>
{
    /// <summary>No such delivery.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The delivery does not exist.");
}

/// <summary>The attempts of a delivery.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="List">Page and order.</param>
public sealed record ListAttempts(DeliveryId Id, ListRequest List) : IQuery<Page<AttemptView>>;

/// <summary>A page of deliveries; the holder of a key names its own subscription.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListDeliveries(DeliveryFilter Filter, ListRequest List) : IQuery<Page<DeliveryView>>;

/// <summary>The deliveries that the caller may see.</summary>
internal sealed class OwnDeliveries(IDeliveryReader deliveries, OwnSubscriptions own, WriteContext write)
{
    /// <summary>Reads one; what is not the caller's is not there.</summary>
    /// <exception cref="DomainException"><see cref="GetDelivery.NotFound"/>.</exception>
    public async Task<DeliveryView> FindAsync(DeliveryId id, CancellationToken cancellationToken)
    {
        if (await deliveries.FindAsync(id, cancellationToken) is not { } found)
        {
            throw new DomainException(GetDelivery.NotFound);
        }

        try
        {
            if (write.Actor.Kind == ActorKind.ApiKey)
            {
                await own.FindAsync(EntityId.TryParse<SubscriptionId>(found.SubscriptionId, out var subscription) ? subscription : default, cancellationToken);
            }

            return found;
        }
        catch (DomainException e) when (e.Error == SubscriptionErrors.NotFound)
        {
            throw new DomainException(GetDelivery.NotFound);
        }
    }
}

internal sealed class GetDeliveryHandler(OwnDeliveries own) : IRequestHandler<GetDelivery, DeliveryView>
{
    public Task<DeliveryView> Handle(GetDelivery request, CancellationToken cancellationToken) => own.FindAsync(request.Id, cancellationToken);
}

internal sealed class ListAttemptsHandler(OwnDeliveries own, IDeliveryReader deliveries, WriteContext write) : IRequestHandler<ListAttempts, Page<AttemptView>>
{
    public async Task<Page<AttemptView>> Handle(ListAttempts request, CancellationToken cancellationToken)
    {
        await own.FindAsync(request.Id, cancellationToken);
        var attempts = await deliveries.ListAttemptsAsync(request.Id, request.List, cancellationToken);
        return write.Actor.Kind == ActorKind.ApiKey ? attempts with { Items = [.. attempts.Items.Select(Discreet)] } : attempts;
    }

    // A key holder chooses where and when a test goes, or what is sent again: which of the ways a connection failed would make a port scanner of it.
    private static AttemptView Discreet(AttemptView attempt) => attempt is { Status: null }
        and { Result: AttemptClass.Blocked or AttemptClass.Dns or AttemptClass.Connect or AttemptClass.Tls or AttemptClass.Protocol }
        ? attempt with { Result = AttemptClass.Connect, Error = "The endpoint could not be reached.", Address = null, Timings = new TimingsView(null, null, null, null, 0) }
        : attempt;
}

internal sealed class ListDeliveriesHandler(IDeliveryReader deliveries, OwnSubscriptions own, WriteContext write) : IRequestHandler<ListDeliveries, Page<DeliveryView>>
{
    public async Task<Page<DeliveryView>> Handle(ListDeliveries request, CancellationToken cancellationToken)
    {
        if (write.Actor.Kind == ActorKind.ApiKey)
        {
            await own.FindAsync(request.Filter.Subscription ?? default, cancellationToken);
        }

        return await deliveries.ListAsync(request.Filter, request.List, cancellationToken);
    }
}
