using DataHub.Application.Access.ApiKeys;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Application.Access;

/// <summary>Registers the policies of the module Access.</summary>
public static class AccessApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAccessModule(this IServiceCollection services)
    {
        services.AddScoped<KeyMint>();
        services.AddScoped<AdminGuard>();
        services.AddScoped<TierReferences>();
        return services;
    }
}
