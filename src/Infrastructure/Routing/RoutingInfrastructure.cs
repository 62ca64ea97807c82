using DataHub.Application.Abstractions;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Routing.Snapshots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataHub.Infrastructure.Routing;

/// <summary>Registers the infrastructure of the module Routing.</summary>
public static class RoutingInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRoutingInfrastructure(this IServiceCollection services)
    {
        services.AddScoped<RoutingConfiguration>();
        services.AddScoped<IRoutingConfiguration>(provider => provider.GetRequiredService<RoutingConfiguration>());
        services.AddScoped<ITierUsage>(provider => provider.GetRequiredService<RoutingConfiguration>());
        services.AddScoped<IIssuerUsage>(provider => provider.GetRequiredService<RoutingConfiguration>());
        services.AddScoped<IRoutingLists, RoutingLists>();
        services.AddSingleton<SnapshotLoader>();
        services.AddSingleton<SnapshotMetrics>();
        services.AddSingleton<GatewaySnapshotStore>();
        services.AddSingleton<IGatewaySnapshotSource>(provider => provider.GetRequiredService<GatewaySnapshotStore>());
        services.AddSingleton<IChangeHandler>(provider => provider.GetRequiredService<GatewaySnapshotStore>());

        // The first snapshot before the feed, and both before the server takes requests.
        services.AddHostedService(provider => provider.GetRequiredService<GatewaySnapshotStore>());
        services.AddOptions<ChangeFeedOptions>().BindConfiguration("DataHub:Database").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        return services;
    }
}
