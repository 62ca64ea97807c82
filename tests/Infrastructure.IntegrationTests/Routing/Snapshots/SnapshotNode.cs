using System.Diagnostics.Metrics;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Infrastructure.Access.Tenants;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Routing;
using DataHub.Infrastructure.Routing.Snapshots;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Routing.Snapshots;

/// <summary>A snapshot store as a node has it, whose database can be moved out of reach.</summary>
internal sealed class SnapshotNode : IAsyncDisposable
{
    private static readonly string Nowhere = "Host=127.0.0.1;Port=1;Username=postgres;Database=x;Timeout=2";

    private readonly ServiceProvider _services;

    public SnapshotNode(string folder, string connectionString, params ISnapshotListener[] listeners)
    {
        ConnectionString = connectionString;
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddDbContext<DataHubDbContext>(options => options.UseNpgsql(Reachable ? ConnectionString : Nowhere));
        services.AddScoped<ITierReader, NoTiers>();
        services.AddScoped<ITenantReader, TenantRepository>();
        services.AddScoped<IIssuerReader, TokenIssuerRepository>();
        services.AddScoped<IRoutingConfiguration, RoutingConfiguration>();
        _services = services.BuildServiceProvider();
        Store = new GatewaySnapshotStore(
            new SnapshotLoader(_services.GetRequiredService<IServiceScopeFactory>()), listeners, new Folder(folder), new SnapshotMetrics(_services.GetRequiredService<IMeterFactory>()),
            TimeProvider.System, NullLogger<GatewaySnapshotStore>.Instance);
    }

    public GatewaySnapshotStore Store { get; }

    public GatewaySnapshot Current => Store.Current;

    public bool Reachable { get; set; } = true;

    private string ConnectionString { get; }

    public Task StartAsync() => Store.StartAsync(CancellationToken.None);

    /// <summary>What happens at every poll.</summary>
    public Task PollAsync() => Store.CatchUpAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }

    private sealed class Folder(string path) : IDataFolder
    {
        public string Path { get; } = path;
    }

    private sealed class NoTiers : ITierReader
    {
        public Task<IReadOnlyList<TierDocument>> ReadAllAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TierDocument>>([]);
    }
}
