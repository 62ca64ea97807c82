using System.Collections.Frozen;
using DataHub.Application;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability;
using DataHub.Application.Routing.Contracts;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Observability;
using DataHub.Gateway.Api.Observability.Telemetry;
using DataHub.Infrastructure;
using DataHub.Infrastructure.Observability;
using DataHub.TestKit.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DataHub.Gateway.Api.FunctionalTests.Observability;

/// <summary>The endpoints of the module on real Kestrel, without the modules that it does not own.</summary>
internal sealed class ObservabilityHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private ObservabilityHost(WebApplication app, string folder, MutableSnapshot snapshot) => (_app, _folder, Snapshot) = (app, folder, snapshot);

    public HttpClient Client { get; private set; } = null!;

    public MutableSnapshot Snapshot { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<ObservabilityHost> StartAsync(TestDatabase? database = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("datahub-obs").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataHub:Database:ConnectionString"] = database?.ConnectionString ?? "Host=127.0.0.1;Port=9;Username=nobody;Timeout=1",
            ["DataHub:Gateway:DataPath"] = folder,
            ["DataHub:RequestLogs:FlushMilliseconds"] = "20",
            ["DataHub:Gateway:NodeName"] = "node-1",

            // The rows of the tests are of a fixed day.
            ["DataHub:RequestLogs:RetentionDays"] = "3650",
        }.Concat(settings.Select(s => KeyValuePair.Create(s.Split('=')[0], (string?)s.Split('=', 2)[1]))));
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        var snapshot = new MutableSnapshot();
        builder.Services.AddSingleton<IGatewaySnapshotSource>(snapshot);
        builder.Services.AddSingleton<IDerivedKeys, FixedKeys>();
        builder.Services.AddApplication().AddObservabilityModule().AddInfrastructure().AddObservabilityInfrastructure();
        builder.Logging.AddProcessLogging();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseExceptionHandler(_ => { });
        app.MapGroup("/api/v1").MapObservability();
        app.MapTelemetry();
        map?.Invoke(app);
        await app.StartAsync();
        return new ObservabilityHost(app, folder, snapshot) { Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) } };
    }

    public void BeginStop() => _app.Lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed class MutableSnapshot : IGatewaySnapshotSource
    {
        public GatewaySnapshot Current { get; set; } = GatewaySnapshot.Empty;

        public void Load(long epoch = 7) =>
            Current = new GatewaySnapshot { Loaded = true, Epoch = epoch, Hash = "ab12", Routes = FrozenDictionary<string, CompiledRoute>.Empty };
    }
}
