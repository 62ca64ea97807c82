using DataHub.Application.Observability.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Redis;

/// <summary>Registers the connection to Redis.</summary>
public static class RedisRegistration
{
    /// <summary>Adds the connection; it starts with the host, before the services that are registered after it.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.AddOptions<RedisOptions>().BindConfiguration("DataHub:Redis").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsRules>();
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<IRedisConnection>(provider => provider.GetRequiredService<RedisConnection>());
        services.AddSingleton<IDependencyState, RedisState>();
        services.AddSingleton<IHostedService, ConnectionHost>();
        return services;
    }

    /// <summary>Starts the connection after everybody who has work for its recovery was made: the container makes all hosted services first.</summary>
    private sealed class ConnectionHost(RedisConnection connection) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => connection.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => connection.StopAsync(cancellationToken);
    }
}
