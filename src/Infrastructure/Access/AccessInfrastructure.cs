using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Setup;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Consumers;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Access.Setup;
using DataHub.Infrastructure.Idempotency;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access;

/// <summary>Registers the infrastructure of the module Access.</summary>
public static class AccessInfrastructure
{
    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAccessInfrastructure(this IServiceCollection services)
    {
        services.AddOptions<ApiKeysOptions>().BindConfiguration("DataHub:ApiKeys").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiKeysOptions>, ApiKeysOptionsRules>();
        services.AddSingleton<PepperSource>();
        services.AddSingleton(provider => provider.GetRequiredService<PepperSource>().Load());
        services.AddScoped<IStartupTask, PepperCheck>();
        services.AddSingleton<ISecretBox, PepperSecretBox>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<IIdempotencyStore>(provider => provider.GetRequiredService<IdempotencyStore>());
        services.AddHostedService<IdempotencyPruner>();

        services.AddSingleton<IKeyDigester, KeyDigester>();
        services.AddSingleton<KeyCache>();
        services.AddSingleton<ISharedCache, RedisSharedCache>();
        services.AddSingleton<SharedKeyCopies>();
        services.AddSingleton<IKeyLoader, KeyLoader>();
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<IChangeHandler, KeyChanges>();
        services.AddHostedService<LastUsedWriter>();

        services.AddScoped<IApiKeyRepository, ApiKeyRepository>();
        services.AddScoped<IConsumerRepository, ConsumerRepository>();
        services.AddScoped<IApiKeyList, ApiKeyList>();
        services.AddScoped<IConsumerList, ConsumerList>();
        services.AddScoped<ISetupStore, SetupStore>();
        services.AddSingleton<ISetupToken, SetupToken>();
        services.AddSingleton<ITierUsage, TierUsage>();
        return services;
    }
}
