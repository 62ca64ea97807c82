using DataHub.Domain.Webhooks.Subscriptions;
using MassTransit;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>Hears on every node that something is due.</summary>
/// <param name="doorbell">The bells of this node.</param>
internal sealed class EndpointsDueConsumer(Doorbell doorbell) : IConsumer<EndpointsDue>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<EndpointsDue> context)
    {
        doorbell.Hear([.. context.Message.Subscriptions.Select(id => new SubscriptionId(id))], context.Message.Lane);
        return Task.CompletedTask;
    }
}
