using DataHub.Application.Routing.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Routing;

/// <summary>Registers the policies of the module Routing.</summary>
public static class RoutingApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRoutingModule(this IServiceCollection services) => services.AddScoped<ConfigurationWriter>().AddScoped<IConfigurationCheck>(provider => provider.GetRequiredService<ConfigurationWriter>());
}
