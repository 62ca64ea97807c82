using DataHub.Application.Observability.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Events;
using DataHub.Infrastructure.Webhooks.Sending;
using DataHub.Infrastructure.Webhooks.Subscriptions;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Webhooks;

/// <summary>Registers the infrastructure of the module Webhooks.</summary>
public static class WebhooksInfrastructure
{
    /// <summary>Adds the store of events and what sends them.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddWebhooksInfrastructure(this IServiceCollection services)
    {
        services.AddEventPublishing();
        services.AddSubscriptions();
        services.AddSingleton<ExceededLimits>();
        services.AddHostedService(provider => provider.GetRequiredService<ExceededLimits>());
        services.TryDecorate<IRefusalLog, LimitWatch>();
        services.AddSending();
        services.AddDeliveries();
        return services;
    }

    /// <summary>Adds what stores an event with the command that causes it, and rings when that commits.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    internal static IServiceCollection AddEventPublishing(this IServiceCollection services)
    {
        services.AddScoped<IEventPublisher, EventPublisher>();
        services.AddScoped<FanOutBell>();
        services.AddScoped<ICommitStep>(provider => provider.GetRequiredService<FanOutBell>());
        return services;
    }
}
