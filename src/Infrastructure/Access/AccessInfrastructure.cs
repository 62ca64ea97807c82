using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Access;

/// <summary>Registers the infrastructure of the module Access.</summary>
public static class AccessInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAccessInfrastructure(this IServiceCollection services) => services;
}
