using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Application.Webhooks.Replays;
using DataHub.Application.Webhooks.Subscriptions;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Webhooks;

/// <summary>Registers the policies of the module Webhooks.</summary>
public static class WebhooksApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddWebhooksModule(this IServiceCollection services)
    {
        services.AddSingleton<SubscriptionSeals>();
        services.AddSingleton<SubscriptionTargets>();
        services.AddScoped<OwnSubscriptions>();
        services.AddScoped<OwnDeliveries>();
        services.AddScoped<OwnReplays>();
        return services;
    }
}
