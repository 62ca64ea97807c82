using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;

namespace DataHub.Bench.CrashTest;

/// <summary>Figures instead of crashes: deliveries a second end to end, and the time from publishing to the first attempt. All on this machine, the receiver too.</summary>
internal sealed class MeasureRun(CrashOptions options, Ledger ledger, HttpClient http)
{
    private const int Endpoints = 8;
    private const int Batch = 100;
    private const int PacePerSecond = 200;
    private const int PaceSeconds = 15;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<int> MainAsync(CrashOptions options)
    {
        await using var ledger = await Ledger.StartAsync(options.Seed, difficult: false);
        await using var postgres = await PrivatePostgres.StartNewAsync();
        await postgres.InstallSchemaAsync();
        using var gateway = new GatewayUnderTest(options.Gateway, postgres.ConnectionString, ["--DataHub:Webhooks:AllowHttp=true", "--DataHub:Webhooks:AllowedNetworks:0=127.0.0.0/8"]);
        await gateway.StartAsync();
        using var http = await gateway.SignInAsync();
        await new MeasureRun(options, ledger, http).RunAsync();
        return 0;
    }

    private async Task RunAsync()
    {
        await SubscribeAsync("pace.*", 1);
        await PaceAsync(PaceSeconds / 3); // Until the code is compiled.
        var waits = await PaceAsync(PaceSeconds);
        Console.WriteLine($"event to first attempt at {PacePerSecond}/s: p50 {At(waits, 0.5):F0} ms, p99 {At(waits, 0.99):F0} ms, worst {waits[^1]:F0} ms");

        await SubscribeAsync("flood.*", Endpoints);
        await FloodAsync(options.Events / 4);
        var (published, delivered) = await FloodAsync(options.Events);
        Console.WriteLine($"publishing: {options.Events / published:F0} events/s in batches of {Batch}; end to end: {options.Events * Endpoints / delivered:F0} deliveries/s to {Endpoints} endpoints");
    }

    private async Task<List<double>> PaceAsync(int seconds)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PacePerSecond));
        var asked = new List<Task<(string Id, long At)>>();
        while (asked.Count < seconds * PacePerSecond && await pace.WaitForNextTickAsync())
        {
            asked.Add(OneAsync());
        }

        var published = await Task.WhenAll(asked);
        await Eventually.TrueAsync(() => published.All(p => ledger.SeenAt(p.Id) > 0), "all arrive", Limit);
        return [.. published.Select(p => TimeProvider.System.GetElapsedTime(p.At, ledger.SeenAt(p.Id)).TotalMilliseconds).Order()];

        async Task<(string, long)> OneAsync()
        {
            var at = TimeProvider.System.GetTimestamp();
            using var answer = await http.PostAsJsonAsync("/api/v1/webhooks/events", new { type = "pace.one", data = new { n = 1 } });
            answer.EnsureSuccessStatusCode();
            return ((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["data"]!["id"]!, at);
        }
    }

    private async Task<(double Published, double Delivered)> FloodAsync(int events)
    {
        var (began, before) = (TimeProvider.System.GetTimestamp(), ledger.Accepted);
        await Parallel.ForAsync(0, events / Batch, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, token) =>
        {
            using var answer = await http.PostAsJsonAsync("/api/v1/webhooks/events", new { events = Enumerable.Range(0, Batch).Select(n => new { type = "flood.one", data = new { n } }) }, token);
            answer.EnsureSuccessStatusCode();
        });
        var published = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await Eventually.TrueAsync(() => ledger.Accepted - before >= (long)events * Endpoints, "all arrive", Limit);
        return (published, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    private async Task SubscribeAsync(string type, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var made = await http.PostAsJsonAsync("/api/v1/webhooks/subscriptions", new { url = $"{ledger.Address}{type[..4]}{i}", eventTypes = new[] { type }, maxConcurrency = 20 });
            made.EnsureSuccessStatusCode();
        }
    }

    private static double At(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}
