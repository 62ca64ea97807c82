using DataHub.Application.Access.Setup;
using DataHub.Gateway.Api.Composition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.TestKit.Fixtures;

/// <summary>A whole gateway in this process, on real Kestrel and a free port.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    /// <summary>32 bytes that all test nodes share, as nodes of one installation must.</summary>
    private const string Pepper = "dGVzdC1wZXBwZXItb2YtdGhpcnR5LXR3by1ieXRlcy4=";

    /// <summary>Settings with which a database that a busy machine keeps waiting does not count as away.</summary>
    public static string[] Patient { get; } = ["ApiKeys:LoadTimeoutMilliseconds=15000", "Database:ConnectTimeoutSeconds=15"];

    private readonly WebApplication _app;
    private readonly string _dataPath;
    private Task? _stopping;

    private TestGateway(WebApplication app, string address, string dataPath)
    {
        _app = app;
        _dataPath = dataPath;
        Address = address;
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public string Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a gateway on a database, with settings such as <c>RateLimits:Mode=exact</c> (the prefix DataHub: is added).</summary>
    public static Task<TestGateway> StartAsync(TestDatabase database, params string[] settings) => StartAsync(database, null, settings);

    /// <summary>Starts a gateway with services of a test's own.</summary>
    public static async Task<TestGateway> StartAsync(TestDatabase database, Action<IServiceCollection>? configure, params string[] settings)
    {
        var dataPath = Directory.CreateTempSubdirectory("datahub-test-").FullName;
        var app = GatewayHost.Build([
            "--DataHub:Gateway:Port=0",
            $"--DataHub:Gateway:DataPath={dataPath}",
            $"--DataHub:ApiKeys:Peppers:1={Pepper}",
            $"--DataHub:Database:ConnectionString={database.ConnectionString}",
            .. settings.Select(s => $"--DataHub:{s}"),
        ], configure);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new TestGateway(app, address, dataPath);
    }

    /// <summary>The one-time token of a gateway that was not set up yet.</summary>
    public async Task<string> PendingSetupTokenAsync() =>
        await Services.GetRequiredService<ISetupToken>().GetPendingAsync(CancellationToken.None) ?? throw new InvalidOperationException("Setup was completed already.");

    /// <summary>Stops it as a signal would; completes when the last request has.</summary>
    public Task StopAsync() => _stopping ??= _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_dataPath, recursive: true);
    }
}
