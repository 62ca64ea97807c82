using System.Security.Cryptography;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Persistence.Embedded;
using DataHub.Infrastructure.Randomness;
using DataHub.Infrastructure.Redis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure;

/// <summary>Registers what all modules of the layer share: clock, randomness, persistence.</summary>
public static class InfrastructureRegistration
{
    /// <summary>Adds clock, randomness, the data folder, the data source with its server, the context and the transaction runner.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRandomSource, CryptoRandom>();
        services.AddSingleton<IIdSource, Uuid7Source>();
        services.AddOptions<GatewayOptions>().BindConfiguration("DataHub:Gateway").ValidateDataAnnotations().ValidateOnStart();
        services.PostConfigure<GatewayOptions>(o => o.NodeName = o.NodeName.Length > 0 ? o.NodeName : $"{Environment.MachineName}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
        services.AddOptions<DatabaseOptions>().BindConfiguration("DataHub:Database").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsRules>();
        services.AddSingleton<IDataFolder, DataFolder>();
        services.AddSingleton<EmbeddedPostgres>();
        services.AddSingleton(OpenDatabase);
        services.AddHostedService<DatabaseStartup>();
        AddNodes(services);
        services.AddDbContext<DataHubDbContext>((provider, options) => options.UseDatabase(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddRedis();
        services.AddOutbound();
        services.AddScoped<ChangePublisher>();
        services.AddScoped<IChangePublisher>(provider => provider.GetRequiredService<ChangePublisher>());
        services.AddScoped<ITransactionRunner, TransactionRunner>();
        services.AddScoped<IPendingChanges, PendingChanges>();
        services.AddScoped(provider => new TenantScope(provider.GetRequiredService<WriteContext>()));
        return services;
    }

    // After the schema, before the connections and the listeners.
    private static void AddNodes(IServiceCollection services)
    {
        services.AddSingleton(provider => new NodeCensus(
            provider.GetRequiredService<IIdSource>().NewId(),
            new SnapshotFile(Path.Combine(provider.GetRequiredService<IDataFolder>().Path, "nodes")),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NodeDirectory>();
        services.AddSingleton<INodeDirectory>(provider => provider.GetRequiredService<NodeDirectory>());
        services.AddSingleton<IChangeHandler>(provider => provider.GetRequiredService<NodeDirectory>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeDirectory>());
    }

    private static NpgsqlDataSource OpenDatabase(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var node = provider.GetRequiredService<IOptions<GatewayOptions>>().Value.NodeName;
        var connectionString = options.IsPrivate() ? provider.GetRequiredService<EmbeddedPostgres>().ConnectionString : options.ConnectionString!;
        return DatabaseConnection.Open(connectionString, options, node);
    }
}
