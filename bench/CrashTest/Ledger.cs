using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.Bench.CrashTest;

/// <summary>The endpoints: they write down what they get, take a little while to answer, and refuse a few first attempts.</summary>
internal sealed class Ledger : IAsyncDisposable
{
    private const int RefusedOfAHundred = 2;
    private const int LongestMilliseconds = 30;

    private readonly ConcurrentDictionary<(string Endpoint, string Event), Entry> _entries = new();
    private readonly Random _random;
    private readonly WebApplication _app;

    private Ledger(int seed)
    {
        _random = new Random(seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/{endpoint}", ReceiveAsync);
    }

    /// <summary>Where endpoints stand: append a name.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";

    /// <summary>Answers of 2xx beyond the first of each event and endpoint.</summary>
    public long Duplicates => _entries.Values.Sum(e => Math.Max(0, e.Accepted - 1));

    /// <summary>Events that came with other bytes the second time.</summary>
    public long Changed => _entries.Values.Count(e => e.Changed);

    /// <summary>Starts it.</summary>
    /// <param name="seed">Of what it does at random.</param>
    public static async Task<Ledger> StartAsync(int seed)
    {
        var ledger = new Ledger(seed);
        await ledger._app.StartAsync();
        return ledger;
    }

    /// <summary>Whether an endpoint answered 2xx to an event.</summary>
    public bool Has(string endpoint, string @event) => _entries.TryGetValue((endpoint, @event), out var entry) && entry.Accepted > 0;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(string endpoint, HttpContext context)
    {
        var id = context.Request.Headers["webhook-id"].ToString();
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var entry = _entries.GetOrAdd((endpoint, id), _ => new Entry());
        int wait, dice;
        lock (_random)
        {
            (wait, dice) = (_random.Next(LongestMilliseconds), _random.Next(100));
        }

        await Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, CancellationToken.None);
        return entry.Take(body, refuse: dice < RefusedOfAHundred) ? Results.Ok() : Results.StatusCode(StatusCodes.Status500InternalServerError);
    }

    private sealed class Entry
    {
        private readonly Lock _gate = new();
        private string? _body;
        private bool _refused;

        public int Accepted { get; private set; }

        public bool Changed { get; private set; }

        public bool Take(string body, bool refuse)
        {
            lock (_gate)
            {
                _body ??= body;
                Changed |= _body != body;
                if (refuse && !_refused && Accepted == 0)
                {
                    _refused = true;
                    return false;
                }

                Accepted++;
                return true;
            }
        }
    }
}
