using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.IpRules;
using DataHub.Application.Traffic.RateLimits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataHub.Application.Traffic;

/// <summary>Registers the policies of the module Traffic.</summary>
public static class TrafficApplication
{
    /// <summary>Adds the module's policies; handlers and validators are found by scanning.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTrafficModule(this IServiceCollection services)
    {
        services.AddSingleton<RateLimitTallies>();
        services.AddSingleton<IRateLimitPolicy>(provider => new RateLimitPolicy(
            provider.GetRequiredService<CounterStores>(),
            provider.GetRequiredService<IOptions<RateLimitOptions>>().Value.OnStoreFailure,
            provider.GetRequiredService<RateLimitTallies>()));
        services.AddSingleton<IFailedAuthenticationGuard>(provider => new FailedAuthenticationGuard(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<IpRuleOptions>>().Value));
        return services;
    }
}
