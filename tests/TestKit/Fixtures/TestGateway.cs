using DataHub.Gateway.Api.Composition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.TestKit.Fixtures;

/// <summary>A whole gateway in this process, on real Kestrel and a free port.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, string address)
    {
        _app = app;
        Address = address;
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public string Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a gateway on a database, with settings such as <c>RateLimits:Mode=exact</c> (the prefix DataHub: is added).</summary>
    public static async Task<TestGateway> StartAsync(TestDatabase database, params string[] settings)
    {
        var app = GatewayHost.Build([
            "--urls=http://127.0.0.1:0",
            $"--DataHub:Database:ConnectionString={database.ConnectionString}",
            .. settings.Select(s => $"--DataHub:{s}"),
        ]);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new TestGateway(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
