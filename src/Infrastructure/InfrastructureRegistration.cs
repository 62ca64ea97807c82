using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Randomness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DataHub.Infrastructure;

/// <summary>Registers what all modules of the layer share: clock, randomness, persistence.</summary>
public static class InfrastructureRegistration
{
    /// <summary>Adds clock, randomness, the data source, the context and the transaction runner.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRandomSource, CryptoRandom>();
        services.AddSingleton<IIdSource, Uuid7Source>();
        services.AddSingleton(provider => NpgsqlDataSource.Create(provider.GetRequiredService<IConfiguration>()["DataHub:Database:ConnectionString"]
            ?? throw new InvalidOperationException("DataHub:Database:ConnectionString is not set.")));
        services.AddDbContext<DataHubDbContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<ChangePublisher>();
        services.AddScoped<IChangePublisher>(provider => provider.GetRequiredService<ChangePublisher>());
        services.AddScoped<ITransactionRunner, TransactionRunner>();
        return services;
    }
}
