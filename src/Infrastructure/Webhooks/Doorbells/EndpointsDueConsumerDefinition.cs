using MassTransit;

namespace DataHub.Infrastructure.Webhooks.Doorbells;

/// <summary>A queue for each node that goes with it; what was not heard in time is worth nothing.</summary>
internal sealed class EndpointsDueConsumerDefinition : ConsumerDefinition<EndpointsDueConsumer>
{
    public EndpointsDueConsumerDefinition() => ConcurrentMessageLimit = 4;

    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<EndpointsDueConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 64;
        endpointConfigurator.DiscardFaultedMessages();
        endpointConfigurator.DiscardSkippedMessages();
    }
}
