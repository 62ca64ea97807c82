using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.IpRules;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Redis;
using DataHub.Infrastructure.Traffic.RateLimits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Traffic;

/// <summary>Registers the infrastructure of the module Traffic.</summary>
public static class TrafficInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTrafficInfrastructure(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration("DataHub:RateLimits").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IpRuleOptions>().BindConfiguration("DataHub:IpRules").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<RateLimitTierRepository>();
        services.AddScoped<IRateLimitTierRepository>(provider => provider.GetRequiredService<RateLimitTierRepository>());
        services.AddScoped<ITierReader>(provider => provider.GetRequiredService<RateLimitTierRepository>());
        services.AddScoped<IRateLimitTierQueries, RateLimitTierQueries>();
        services.AddSingleton<IStartupTask, TierSeeder>();

        services.AddMetrics();
        services.AddSingleton<RateLimitMeter>();
        services.AddSingleton<CounterClock>();
        services.AddSingleton(provider =>
        {
            var store = new MemoryCounterStore(
                provider.GetRequiredService<CounterClock>(), provider.GetRequiredService<IOptions<RateLimitOptions>>().Value.MaxCounters);
            store.StartSweeping();
            return store;
        });
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<SharedCounters>();
        services.AddSingleton(provider =>
        {
            // The meter counts from the first decision on.
            provider.GetRequiredService<RateLimitMeter>();
            return new CounterStores(
                provider.GetRequiredService<MemoryCounterStore>(), IsShared(provider) ? provider.GetRequiredService<SharedCounters>() : null);
        });
        services.AddSingleton<IHostedService, SharedCountersHost>();
        return services;
    }

    private static bool IsShared(IServiceProvider provider)
    {
        var mode = provider.GetRequiredService<IOptions<RateLimitOptions>>().Value.Mode;
        var configured = provider.GetRequiredService<IRedisConnection>().IsConfigured;
        return configured || mode is RateLimitCounting.Auto or RateLimitCounting.Local
            ? configured && mode != RateLimitCounting.Local
            : throw new OptionsValidationException(
                "RateLimits", typeof(RateLimitOptions), [$"DataHub:RateLimits:Mode is '{mode}', which needs DataHub:Redis:ConnectionString."]);
    }

    /// <summary>Starts what shared counting needs, and nothing where every node counts alone.</summary>
    private sealed class SharedCountersHost(CounterStores stores, IServiceProvider provider) : IHostedService
    {
        private readonly List<IHostedService> _services =
            stores.Shared is SharedCounters shared ? [provider.GetRequiredService<NodeRegistry>(), shared] : [];

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var service in _services)
            {
                await service.StartAsync(cancellationToken);
            }
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            // Leases go back while the connection still stands.
            foreach (var service in Enumerable.Reverse(_services))
            {
                await service.StopAsync(cancellationToken);
            }
        }
    }
}
