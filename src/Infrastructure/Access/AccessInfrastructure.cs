using DataHub.Application.Abstractions;
using DataHub.Application.Access.Administrators;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.KeyLifecycle;
using DataHub.Application.Access.Scopes;
using DataHub.Application.Access.SelfService;
using DataHub.Application.Access.Setup;
using DataHub.Application.Access.Tenants;
using DataHub.Application.Access.Tokens;
using DataHub.Application.Access.Users;
using DataHub.Infrastructure.Access.Administrators;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Consumers;
using DataHub.Infrastructure.Access.KeyLifecycle;
using DataHub.Infrastructure.Access.Scopes;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.Infrastructure.Access.SelfService;
using DataHub.Infrastructure.Access.Setup;
using DataHub.Infrastructure.Access.SignIn;
using DataHub.Infrastructure.Access.Tenants;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Access.Users;
using DataHub.Infrastructure.Idempotency;
using DataHub.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
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
        services.AddSingleton<IDerivedKeys, PepperDerivedKeys>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<IIdempotencyStore>(provider => provider.GetRequiredService<IdempotencyStore>());
        services.AddScoped<ICommitStep, IdempotencyFence>();
        services.AddHostedService<IdempotencyPruner>();

        services.AddSingleton<IKeyStandings, KeyStandings>();
        services.AddOptions<KeyInspectionOptions>().BindConfiguration("DataHub:KeyInspection").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<KeyInspectionOptions>>().Value);
        services.AddSingleton<IKeyDigester, KeyDigester>();
        services.AddSingleton<KeyCache>();
        services.AddSingleton<ISharedCache, RedisSharedCache>();
        services.AddSingleton<SharedKeyCopies>();
        services.AddSingleton<IKeyLoader, KeyLoader>();
        services.AddSingleton<OpenExchanges>();
        services.AddSingleton<IOpenExchanges>(provider => provider.GetRequiredService<OpenExchanges>());
        services.AddSingleton<KeyInvalidationLag>();
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<IChangeHandler, KeyChanges>();
        services.AddHostedService<LastUsedWriter>();

        services.AddScoped<IApiKeyRepository, ApiKeyRepository>();
        services.AddScoped<IConsumerRepository, ConsumerRepository>();
        services.AddScoped<IApiKeyList, ApiKeyList>();
        services.AddSingleton<IKeyInsights, KeyInsights>();
        services.AddOptions<ScopeOptions>().BindConfiguration("DataHub:Scopes").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ScopeOptions>>().Value);
        services.AddScoped<IScopeCatalogue, ScopeCatalogue>();
        services.AddOptions<SelfServiceOptions>().BindConfiguration("DataHub:SelfService").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SelfServiceOptions>>().Value);
        services.AddScoped<IRegistrations, Registrations>();
        services.AddSingleton<IKeyTotals, KeyTotalsReader>();
        services.AddOptions<KeyLifecycleOptions>().BindConfiguration("DataHub:KeyLifecycle").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<IKeyNotices, KeyNotices>();
        services.AddScoped<IKeyTraffic, KeyTraffic>();
        services.AddScoped<ITierRotations, TierRotationStore>();
        services.AddHostedService<KeyLifecycleTask>();
        services.AddScoped<IConsumerList, ConsumerList>();
        services.AddScoped<TenantRepository>();
        services.AddScoped<ITenantRepository>(provider => provider.GetRequiredService<TenantRepository>());
        services.AddScoped<ITenantReader>(provider => provider.GetRequiredService<TenantRepository>());
        services.AddScoped<IUserRepository, UserRepository>();
        services.AddScoped<IUserList, UserList>();
        services.AddScoped<IAdministrators, AdministratorQueries>();
        services.AddScoped<ISetupStore, SetupStore>();
        services.AddSingleton<ISetupToken, SetupToken>();
        services.AddSingleton<ITierUsage, TierUsage>();
        services.AddTokens();
        services.AddSignIn();
        return services;
    }

    private static void AddTokens(this IServiceCollection services)
    {
        services.AddOptions<TokensOptions>().BindConfiguration("DataHub:Tokens").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<TokenIssuerRepository>();
        services.AddScoped<ITokenIssuerRepository>(provider => provider.GetRequiredService<TokenIssuerRepository>());
        services.AddScoped<IIssuerReader>(provider => provider.GetRequiredService<TokenIssuerRepository>());
        services.AddScoped<ITokenIssuerList, TokenIssuerList>();
        services.AddSingleton<IKeySetFetcher, KeySetFetcher>();
        services.AddSingleton<IKeySetStore, KeySetStore>();
        services.AddSingleton<IssuerRing>();
        services.AddSingleton<Application.Routing.Contracts.ISnapshotListener>(provider => provider.GetRequiredService<IssuerRing>());
        services.AddSingleton<IIssuerProbe>(provider => provider.GetRequiredService<IssuerRing>());
        services.AddSingleton<ConsumerDirectory>();
        services.AddSingleton<IConsumerDirectory>(provider => provider.GetRequiredService<ConsumerDirectory>());
        services.AddSingleton<IChangeHandler>(provider => provider.GetRequiredService<ConsumerDirectory>());
        services.AddSingleton<TokenCache>();
        services.AddSingleton<ITokenDirectory, TokenDirectory>();
        services.AddSingleton<TokenMetrics>();
        services.AddHostedService<TokenMaintainer>();
    }
}
