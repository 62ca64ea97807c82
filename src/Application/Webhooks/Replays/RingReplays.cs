using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Replays;

/// <summary>Tells those who deliver that something waits, after the commit that put it there. When it is lost, they find it a second later.</summary>
/// <param name="SubscriptionId">Printed id of where it waits.</param>
public sealed record RingReplays(string SubscriptionId) : IRequest<Unit>;

internal sealed class RingReplaysHandler(IDeliveries deliveries) : IRequestHandler<RingReplays, Unit>
{
    public Task<Unit> Handle(RingReplays request, CancellationToken cancellationToken)
    {
        if (EntityId.TryParse<SubscriptionId>(request.SubscriptionId, out var id))
        {
            deliveries.Ring([id]);
        }

        return Unit.Task;
    }
}
