using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Traffic;

/// <summary>Registers the infrastructure of the module Traffic.</summary>
public static class TrafficInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTrafficInfrastructure(this IServiceCollection services) => services;
}
