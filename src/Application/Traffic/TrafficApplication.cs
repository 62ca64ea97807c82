using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Traffic;

/// <summary>Registers the policies of the module Traffic.</summary>
public static class TrafficApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTrafficModule(this IServiceCollection services) => services;
}
