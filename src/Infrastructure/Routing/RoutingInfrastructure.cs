using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Routing;

/// <summary>Registers the infrastructure of the module Routing.</summary>
public static class RoutingInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRoutingInfrastructure(this IServiceCollection services) => services;
}
