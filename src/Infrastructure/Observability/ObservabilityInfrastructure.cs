using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Observability;

/// <summary>Registers the infrastructure of the module Observability.</summary>
public static class ObservabilityInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddObservabilityInfrastructure(this IServiceCollection services) => services;
}
