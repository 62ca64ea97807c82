using DataHub.Application.Abstractions;
using DataHub.Application.Access.Administrators;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Access.Tokens;
using DataHub.Application.Access.Scopes;
using DataHub.Application.Access.SelfService;
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
        services.AddScoped<IChangeRule, OwnershipRule>();
        services.AddScoped<IChangeRule, AdministratorRule>();
        services.AddScoped<TierReferences>();
        services.AddScoped<ConsumerOwners>();
        services.AddSingleton<IssuerSecrets>();
        services.AddSignIn();
        services.AddScoped<KeyReferences>();
        services.AddScoped<VerificationLimits>();
        services.AddScoped<ScopedApis>();
        services.AddScoped<SignUpDesk>();
        services.AddScoped<OwnKey>();
        return services;
    }
}
