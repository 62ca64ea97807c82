using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.TestKit.Upstreams;

/// <summary>
/// An upstream on real Kestrel whose paths end in what they do: <c>slow</c> waits until it is cancelled, <c>events</c> streams,
/// <c>stream</c> echoes the body, <c>duplex</c> does so part by part, <c>big</c> and <c>chunks</c> answer so many bytes, anything else says which protocol it was asked by.
/// </summary>
public sealed class EchoUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _events = new(0);
    private readonly Lock _receiving = new();
    private int _waiting;
    private int _cancelled;
    private int _broken;
    private int _bodies;
    private string _received = "";

    private EchoUpstream(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public int Waiting => Volatile.Read(ref _waiting);

    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>How many bodies broke off before their end.</summary>
    public int Broken => Volatile.Read(ref _broken);

    public string Received => Volatile.Read(ref _received);

    public static async Task<EchoUpstream> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var app = builder.Build();
        var upstream = new EchoUpstream(app);
        app.Run(upstream.AnswerAsync);
        await app.StartAsync();
        return upstream;
    }

    public void ReleaseEvent() => _events.Release();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _events.Dispose();
    }

    private Task AnswerAsync(HttpContext context) => (context.Request.Path.Value ?? "").Split('/')[^1] switch
    {
        "slow" => WaitAsync(context),
        "events" => StreamEventsAsync(context),
        "stream" => EchoBodyAsync(context),
        "duplex" => EchoPartsAsync(context),
        "big" => SendBytesAsync(context, announced: true),
        "chunks" => SendBytesAsync(context, announced: false),
        _ => context.Response.WriteAsync(context.Request.Protocol),
    };

    private async Task WaitAsync(HttpContext context)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    private async Task StreamEventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 1; i <= 3; i++)
        {
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"data: {i}\n\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await _events.WaitAsync(context.RequestAborted);
        }
    }

    private async Task EchoBodyAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _bodies);
        Receive(number, "");
        var buffer = new byte[16 * 1024];
        var all = new MemoryStream();
        int read;
        while ((read = await ReadAsync(context, buffer)) > 0)
        {
            all.Write(buffer, 0, read);
            Receive(number, System.Text.Encoding.UTF8.GetString(all.ToArray()));
        }

        await context.Response.Body.WriteAsync(all.ToArray(), context.RequestAborted);
    }

    // A request that was given up may still be read from when the next one comes.
    private void Receive(int number, string text)
    {
        lock (_receiving)
        {
            if (number == _bodies)
            {
                Volatile.Write(ref _received, text);
            }
        }
    }

    private async Task<int> ReadAsync(HttpContext context, byte[] buffer)
    {
        try
        {
            return await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Interlocked.Increment(ref _broken);
            throw;
        }
    }

    private static async Task EchoPartsAsync(HttpContext context)
    {
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task SendBytesAsync(HttpContext context, bool announced)
    {
        var bytes = new byte[int.Parse(context.Request.Query["bytes"]!, CultureInfo.InvariantCulture)];
        if (announced)
        {
            context.Response.ContentLength = bytes.Length;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
