using MassTransit;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>Hears on one of the nodes that events want fan-out.</summary>
/// <param name="doorbell">The bells of this node.</param>
internal sealed class FanOutDueConsumer(Doorbell doorbell) : IConsumer<FanOutDue>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<FanOutDue> context)
    {
        doorbell.HearFanOut();
        return Task.CompletedTask;
    }
}
