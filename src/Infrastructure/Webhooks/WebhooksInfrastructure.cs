using DataHub.Application.Webhooks.Contracts;
using DataHub.Infrastructure.Webhooks.Events;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Webhooks;

/// <summary>Registers the infrastructure of the module Webhooks.</summary>
public static class WebhooksInfrastructure
{
    /// <summary>Adds the store of events.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddWebhooksInfrastructure(this IServiceCollection services)
    {
        services.AddScoped<IEventPublisher, EventPublisher>();
        return services;
    }
}
