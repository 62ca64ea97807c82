using MassTransit;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>One queue for all nodes, so that they share the work; what was not heard in time is worth nothing.</summary>
internal sealed class FanOutDueConsumerDefinition : ConsumerDefinition<FanOutDueConsumer>
{
    public FanOutDueConsumerDefinition() => ConcurrentMessageLimit = 1;

    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<FanOutDueConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.DiscardFaultedMessages();
        endpointConfigurator.DiscardSkippedMessages();
    }
}
