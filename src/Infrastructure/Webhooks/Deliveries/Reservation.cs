using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>What a plan wants to claim for one endpoint.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Target">The subscription as it is now.</param>
/// <param name="Pass">What its breaker said.</param>
/// <param name="Lanes">Slots that are held for it, by lane.</param>
internal sealed record Reservation(Endpoint Endpoint, SubscriptionTarget Target, BreakerPass Pass, int[] Lanes)
{
    /// <summary>Whether its deliveries go one by one, in order.</summary>
    public bool Fifo => Target.Order == DeliveryOrder.Fifo;

    /// <summary>What to claim for it, lane by lane.</summary>
    public IEnumerable<ClaimRequest> Requests()
    {
        var room = Target.MaxConcurrency;
        for (var lane = 0; lane < Lanes.Length; lane++)
        {
            if (Lanes[lane] > 0)
            {
                yield return new ClaimRequest(Endpoint.Id, (DeliveryLane)lane, Lanes[lane], room);
                room -= Lanes[lane];
            }
        }
    }
}
