using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using Npgsql;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>A gateway process on a PostgreSQL of its own, the receiver, and what is done to them.</summary>
internal sealed class Rig(MeasureOptions options, Receiver receiver, GatewayUnderTest gateway, NpgsqlDataSource database) : IAsyncDisposable
{
    /// <summary>Events of a request that brings several.</summary>
    public const int Batch = 100;

    private const string EventsPath = "/api/v1/webhooks/events";
    private const string SubscriptionsPath = "/api/v1/webhooks/subscriptions";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly List<IAsyncDisposable> _servers = [];
    private HttpClient _http = new();

    public MeasureOptions Options => options;

    public Receiver Receiver => receiver;

    public NpgsqlDataSource Database => database;

    public Backlog Backlog { get; } = new(database);

    public Statements Statements { get; } = new(database);

    /// <summary>Starts everything.</summary>
    public static async Task<Rig> StartAsync(MeasureOptions options)
    {
        var receiver = await Receiver.StartAsync();
        var postgres = await PrivatePostgres.StartNewAsync($"-c fsync={(options.Fsync ? "on" : "off")} -c shared_preload_libraries=pg_stat_statements");
        var rabbit = options.RabbitMq ? await PrivateRabbitMq.StartAsync() : null;
        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 30, CommandTimeout = 60 }.ConnectionString;
        string[] settings = ["--DataHub:Webhooks:AllowHttp=true", "--DataHub:Webhooks:AllowedNetworks:0=127.0.0.0/8", .. rabbit?.Settings.Select(s => "--DataHub:" + s) ?? []];
        var gateway = new GatewayUnderTest(options.Gateway, connection, settings);
        var rig = new Rig(options, receiver, gateway, NpgsqlDataSource.Create(connection));
        rig._servers.AddRange(new IAsyncDisposable?[] { rabbit, postgres, receiver }.OfType<IAsyncDisposable>());
        try
        {
            await gateway.StartAsync();
            rig._http = await gateway.SignInAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins to watch the memory of the gateway.</summary>
    public MemoryWatch Watch() => new(gateway.Id);

    /// <summary>Makes an endpoint.</summary>
    /// <param name="type">What it takes.</param>
    /// <param name="path">Where it stands on the receiver.</param>
    /// <param name="concurrency">Most attempts at once.</param>
    /// <returns>Its printed id.</returns>
    public async Task<string> SubscribeAsync(string type, string path, int concurrency = 20)
    {
        using var made = await _http.PostAsJsonAsync(SubscriptionsPath, new { url = receiver.Address + path, eventTypes = new[] { type }, maxConcurrency = concurrency });
        var text = await made.Content.ReadAsStringAsync();
        return made.IsSuccessStatusCode ? (string)JsonNode.Parse(text)!["data"]!["id"]! : throw new InvalidOperationException(text);
    }

    /// <summary>Switches an endpoint off.</summary>
    public async Task DisableAsync(string subscription)
    {
        using var answer = await _http.PostAsync($"{SubscriptionsPath}/{subscription}:disable", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Removes an endpoint.</summary>
    public async Task RemoveAsync(string subscription)
    {
        using var answer = await _http.DeleteAsync($"{SubscriptionsPath}/{subscription}");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Publishes at an even pace, one event a request.</summary>
    /// <param name="types">Types in turn; their endpoints note when events came.</param>
    /// <param name="perSecond">Events a second.</param>
    /// <param name="seconds">For how long.</param>
    /// <returns>From the request to the arrival of each, sorted; ms.</returns>
    public async Task<IReadOnlyList<double>> PaceAsync(IReadOnlyList<string> types, int perSecond, int seconds)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond), TimeProvider.System);
        var bodies = types.Select(t => Body(new { type = t, data = new { n = 1 } })).ToList();
        var asked = new List<Task<(string Id, long At)>>();
        while (asked.Count < seconds * perSecond && await pace.WaitForNextTickAsync())
        {
            asked.Add(OneAsync(bodies[asked.Count % bodies.Count]));
        }

        var published = await Task.WhenAll(asked);
        await Eventually.TrueAsync(() => published.All(p => receiver.SeenAt(p.Id) > 0), "all arrive", Limit);
        return [.. published.Select(p => TimeProvider.System.GetElapsedTime(p.At, receiver.SeenAt(p.Id)).TotalMilliseconds).Order()];

        async Task<(string, long)> OneAsync(byte[] body)
        {
            var at = TimeProvider.System.GetTimestamp();
            using var answer = await PostAsync(body);
            return ((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["data"]!["id"]!, at);
        }
    }

    /// <summary>Publishes as fast as it goes.</summary>
    /// <param name="type">Of which type.</param>
    /// <param name="requests">How many requests.</param>
    /// <param name="batch">Events of each; 1: sent as a single event.</param>
    /// <param name="clients">How many at once.</param>
    /// <returns>Seconds.</returns>
    public async Task<double> PublishAsync(string type, int requests, int batch, int clients)
    {
        var body = batch == 1 ? Body(new { type, data = new { n = 1 } }) : Body(new { events = Enumerable.Range(0, batch).Select(n => new { type, data = new { n } }) });
        var began = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (_, _) => (await PostAsync(body)).Dispose());
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Whether commits wait for the disk, from now on.</summary>
    public async Task WaitForDiskAsync(bool wait)
    {
        await using var set = database.CreateCommand($"ALTER SYSTEM SET synchronous_commit = {(wait ? "on" : "off")}");
        await set.ExecuteNonQueryAsync();
        await using var reload = database.CreateCommand("SELECT pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until the receiver has answered so many requests.</summary>
    public Task ArrivedAsync(long count) => Eventually.TrueAsync(() => receiver.Counted >= count, "all arrive", Limit);

    /// <summary>Waits until every event has its deliveries.</summary>
    public Task FannedOutAsync() => Eventually.TrueAsync(
        async () =>
        {
            await using var command = database.CreateCommand("SELECT count(*) FROM webhooks.fan_out");
            return (long)(await command.ExecuteScalarAsync())! == 0;
        },
        "all events are fanned out",
        Limit);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        gateway.Dispose();
        await database.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var answer = await _http.PostAsync(EventsPath, content);
        answer.EnsureSuccessStatusCode();
        return answer;
    }

    private static byte[] Body(object value) => JsonSerializer.SerializeToUtf8Bytes(value);
}
