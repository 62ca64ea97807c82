using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>Rings for this node directly, and for others by the bus when there are others.</summary>
internal sealed class Doorbell(EndpointBoard board, DeliveryBells bells, DeliveryNodes nodes, IDoorbellCarrier carrier, TimeProvider clock) : IDoorbell
{
    private const int MostInAMessage = 500;

    // Rings of fan-out that follow each other within this time are one message.
    private static readonly TimeSpan FanOutPause = TimeSpan.FromMilliseconds(20);

    private long _fanOutRung;

    /// <inheritdoc/>
    public void Ring(IReadOnlyCollection<SubscriptionId> subscriptions, DeliveryLane lane)
    {
        var others = Hear(subscriptions, lane);
        foreach (var part in others.Chunk(MostInAMessage))
        {
            carrier.Send(new EndpointsDue(part, lane));
        }
    }

    /// <inheritdoc/>
    public void RingFanOut()
    {
        bells.FanOut.Ring();
        var last = Volatile.Read(ref _fanOutRung);
        if (nodes.Several && (last == 0 || clock.GetElapsedTime(last) > FanOutPause))
        {
            Volatile.Write(ref _fanOutRung, clock.GetTimestamp());
            carrier.Send(new FanOutDue(clock.GetUtcNow()));
        }
    }

    /// <summary>Takes in what is due at the endpoints of this node.</summary>
    /// <param name="subscriptions">The endpoints.</param>
    /// <param name="lane">In which lane.</param>
    /// <returns>Those that other nodes look after.</returns>
    public IReadOnlyList<Guid> Hear(IReadOnlyCollection<SubscriptionId> subscriptions, DeliveryLane lane)
    {
        var others = new List<Guid>();
        foreach (var subscription in subscriptions)
        {
            if (nodes.IsMine(subscription))
            {
                board.Mark(subscription, lane, crowd: subscriptions.Count > EndpointBoard.Many);
            }
            else
            {
                others.Add(subscription.Value);
            }
        }

        bells.Dispatch.Ring();
        return others;
    }

    /// <summary>Takes in that events want fan-out.</summary>
    public void HearFanOut() => bells.FanOut.Ring();
}
