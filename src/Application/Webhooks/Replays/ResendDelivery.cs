using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Replays;

/// <summary>Sends a delivery again that has ended: the same event under the same <c>webhook-id</c>, to where the subscription leads now.</summary>
/// <param name="Id">The delivery.</param>
public sealed record ResendDelivery(DeliveryId Id) : ICommand<ResentDelivery>;

/// <summary>A delivery that was made of another one.</summary>
/// <param name="Id">The printed id of the new one.</param>
/// <param name="EventId">The event.</param>
/// <param name="SubscriptionId">To whom.</param>
public sealed record ResentDelivery(string Id, string EventId, string SubscriptionId);

internal sealed class ResendDeliveryHandler(OwnDeliveries own, IDeliveryReader reader, IReplayContent content, IDeliveries deliveries, IAuditTrail audit, WriteContext write)
    : IRequestHandler<ResendDelivery, ResentDelivery>
{
    private static readonly DomainError Conflict = new(ErrorCodes.Conflict, "The delivery cannot be sent again.");

    public async Task<ResentDelivery> Handle(ResendDelivery request, CancellationToken cancellationToken)
    {
        var delivery = await own.FindAsync(request.Id, cancellationToken);
        if (delivery.FinishedAt is null || !EntityId.TryParse<EventId>(delivery.EventId, out var eventId) || !EntityId.TryParse<SubscriptionId>(delivery.SubscriptionId, out var subscription))
        {
            throw new DomainException(Conflict, "The delivery has not ended; it will be tried anyway.");
        }

        if (delivery.Trigger == DeliveryTrigger.Test)
        {
            throw new DomainException(Conflict, "It was a test; test the endpoint again.");
        }

        var stored = await reader.FindEventAsync(eventId, cancellationToken) ?? throw new DomainException(Conflict, "The event is no longer kept.");
        var match = await content.PrepareAsync(subscription, stored.Event, wanted: false, cancellationToken)
            ?? throw new DomainException(Conflict, "The subscription is gone, or its key may not get this event any more.");
        if (match.MappingError is { } mistake)
        {
            throw new DomainException(Conflict, $"The mapping of the subscription fails: {mistake}");
        }

        var made = await deliveries.EnqueueAsync([new Replay(write.Tenant, eventId, stored.CreatedAt, subscription, DeliveryTrigger.Resend, null, match.Body)], cancellationToken);
        if (made is not [var id])
        {
            throw new DomainException(Conflict, "The event is on its way to this subscription again already.");
        }

        audit.Note("delivery.resend", "delivery", delivery.Id, new { newDeliveryId = id.ToString(), delivery.EventId, delivery.SubscriptionId });
        return new ResentDelivery(id.ToString(), delivery.EventId, delivery.SubscriptionId);
    }
}
