using System.Net;
using DataHub.Gateway.Api.Admin;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DataHub.Gateway.Api.Demo;

/// <summary>A small service of its own port on the loopback address, which tells what reached it.</summary>
internal sealed class DemoUpstream : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>Where it listens; a free port, another one at every start.</summary>
    public string Url => _app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Task AnswerAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new DemoAnswer(
            "Hello from the demo upstream. This is what the gateway passed on; your key is not among it.",
            context.Request.Method,
            context.Request.Path.Value + context.Request.QueryString,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString())),
        AdminJson.Options,
        context.RequestAborted);

    private sealed record DemoAnswer(string Message, string Method, string Path, Dictionary<string, string> Headers);
}
