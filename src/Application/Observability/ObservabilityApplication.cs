using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Observability;

/// <summary>Registers the policies of the module Observability.</summary>
public static class ObservabilityApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddObservabilityModule(this IServiceCollection services) => services;
}
