using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>The endpoints: they answer at once. <c>/seen/…</c> notes when an event came first, <c>/hang/…</c> takes everything and never answers.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private long _counted;
    private long _hanging;

    private Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Requests that were answered, but for those to <c>/seen/…</c>.</summary>
    public long Counted => Interlocked.Read(ref _counted);

    /// <summary>Requests that are being let hang.</summary>
    public long Hanging => Interlocked.Read(ref _hanging);

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>When an event came; monotonic ticks, 0: it did not.</summary>
    public long SeenAt(string id) => _seen.GetValueOrDefault(id);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/seen/", StringComparison.Ordinal))
        {
            _seen.TryAdd(context.Request.Headers["webhook-id"].ToString(), TimeProvider.System.GetTimestamp());
        }

        await context.Request.Body.CopyToAsync(Stream.Null);
        if (path.StartsWith("/hang/", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _hanging);
            var gone = new TaskCompletionSource();
            await using (context.RequestAborted.Register(gone.SetResult))
            {
                await gone.Task;
            }

            Interlocked.Decrement(ref _hanging);
        }
        else if (!path.StartsWith("/seen/", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _counted);
        }
    }
}
