using DataHub.Application.Abstractions;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Messaging;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Randomness;
using DataHub.Infrastructure.Webhooks;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Doorbells;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>The engine of one node, on a database of the test and endpoints in memory.</summary>
internal sealed class DeliveryNode : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    private DeliveryNode(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public DeliveryTally Tally => Services.GetRequiredService<DeliveryTally>();

    public EndpointBoard Board => Services.GetRequiredService<EndpointBoard>();

    public IDoorbell Doorbell => Services.GetRequiredService<IDoorbell>();

    /// <summary>Starts a node; settings such as <c>Webhooks:LeaseSeconds=5</c>. Looks at the queue ten times a second unless told otherwise.</summary>
    public static Task<DeliveryNode> StartAsync(NpgsqlDataSource dataSource, FakeEndpoints endpoints, params string[] settings) => StartAsync(dataSource, endpoints, null, settings);

    /// <summary>Starts a node with services of a test's own.</summary>
    public static async Task<DeliveryNode> StartAsync(NpgsqlDataSource dataSource, FakeEndpoints endpoints, Action<IServiceCollection>? configure, params string[] settings)
    {
        var node = Create(dataSource, endpoints, configure, settings);
        await node._host.StartAsync();
        return node;
    }

    /// <summary>A node whose loops do not run: the test calls them.</summary>
    public static DeliveryNode Create(NpgsqlDataSource dataSource, FakeEndpoints endpoints, params string[] settings) => Create(dataSource, endpoints, null, settings);

    /// <summary>Such a node with services of a test's own.</summary>
    public static DeliveryNode Create(NpgsqlDataSource dataSource, FakeEndpoints endpoints, Action<IServiceCollection>? configure, params string[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

        // A service that is missing ends the test at once, not in a loop of the background.
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        builder.Configuration.AddInMemoryCollection(new[] { "Webhooks:SweepMilliseconds=100" }.Concat(settings).Select(s => s.Split('=', 2)).GroupBy(s => s[0])
            .Select(g => KeyValuePair.Create("DataHub:" + g.Key, (string?)g.Last()[1])));
        var services = builder.Services;
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRandomSource, CryptoRandom>();
        services.AddSingleton<IIdSource, Uuid7Source>();
        services.AddSingleton(dataSource);
        services.AddDbContext<DataHubDbContext>(options => options.UseNpgsql(dataSource));
        services.AddScoped<WriteContext>();
        services.AddScoped<ChangePublisher>();
        services.AddScoped<ITransactionRunner, TransactionRunner>();
        services.AddEventPublishing();
        services.AddSingleton<IMailer, NoMailer>();
        services.AddSingleton(new NodeCensus(Guid.CreateVersion7(), new SnapshotFile(Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString("N"))), TimeProvider.System));
        services.AddSingleton<ISubscriptionDirectory>(endpoints);
        services.AddSingleton<IWebhookSender>(endpoints);
        services.AddScoped<ISubscriptionStatus>(_ => endpoints);
        services.AddMessaging(builder.Configuration);
        services.AddDeliveries();
        configure?.Invoke(services);
        return new DeliveryNode(builder.Build());
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }

    private sealed class NoMailer : IMailer
    {
        public bool Configured => false;

        public bool Send(OutgoingMail mail) => false;
    }
}
