using System.Net;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using DataHub.Gateway.Api.Proxy.Config;
using DataHub.TestKit.Randomness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.TestKit.Fixtures;

/// <summary>
/// YARP over snapshots, on real Kestrel, without a database and without the gateway's stages: it answers with the id of the route that
/// took the request, or forwards when asked to. <c>/api/v1/keys</c> stands for the gateway's own endpoints.
/// </summary>
public sealed class TestProxy : IAsyncDisposable
{
    public const string RouteHeader = "Test-Route";

    private readonly WebApplication _app;
    private readonly Source _source;

    private TestProxy(WebApplication app, Source source, string address)
    {
        (_app, _source) = (app, source);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(address), DefaultRequestVersion = HttpVersion.Version11 };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestProxy> StartAsync(bool forward = false)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var source = new Source();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IRandomSource>(new ScriptedRandom(1)).AddSingleton<IGatewaySnapshotSource>(source).AddSnapshotProxy();
        var app = builder.Build();
        app.MapGet("/api/v1/keys", () => "own");
        app.MapReverseProxy(proxy =>
        {
            if (!forward)
            {
                proxy.Run(context => context.Response.WriteAsync(context.GetEndpoint()!.Metadata.GetMetadata<CompiledRoute>()!.IdText));
                return;
            }

            proxy.Use((context, next) =>
            {
                context.Response.Headers[RouteHeader] = context.GetEndpoint()!.Metadata.GetMetadata<CompiledRoute>()!.Fingerprint;
                return next(context);
            });
            proxy.UseLoadBalancing();
        }).WithCompiledRoutes();
        await app.StartAsync();
        return new TestProxy(app, source, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Puts a snapshot into effect, as the snapshot store does; null when it was taken.</summary>
    public async Task<string?> ApplyAsync(GatewaySnapshot snapshot)
    {
        var refused = await Services.GetRequiredService<ISnapshotListener>().ApplyAsync(snapshot, CancellationToken.None);
        if (refused is null)
        {
            _source.Current = snapshot;
        }

        return refused;
    }

    /// <summary>What the explanation says.</summary>
    public Task<MatchAnswer> MatchAsync(RouteProbe probe) => Services.GetRequiredService<IRouteMatcher>().MatchAsync(probe);

    /// <summary>What really happens: the id of the route, or the status as text.</summary>
    public async Task<string> SendAsync(RouteProbe probe)
    {
        var query = string.Concat(probe.Query.SelectMany(q => q.Value.Select(v => $"&{q.Key}={Uri.EscapeDataString(v)}")));
        using var request = new HttpRequestMessage(new HttpMethod(probe.Method), new Uri(Client.BaseAddress!, probe.Path + (query.Length == 0 ? "" : "?" + query[1..])));
        request.Headers.Host = probe.Host;
        foreach (var (name, values) in probe.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, values);
        }

        using var response = await Client.SendAsync(request);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class Source : IGatewaySnapshotSource
    {
        public GatewaySnapshot Current { get; set; } = GatewaySnapshot.Empty;
    }
}
