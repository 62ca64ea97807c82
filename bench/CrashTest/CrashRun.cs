using System.Net.Http.Json;
using System.Runtime.InteropServices;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;

namespace DataHub.Bench.CrashTest;

/// <summary>Rounds of: publish, kill something with -9 at a random point, start it again, wait until every accepted event has arrived.</summary>
internal sealed class CrashRun(CrashOptions options, Ledger ledger, PrivatePostgres postgres, PrivateRabbitMq? rabbit, IReadOnlyList<GatewayUnderTest> gateways)
{
    private const int LongestWaitMilliseconds = 400;

    private static readonly string[] Endpoints = ["first", "second"];
    private static readonly TimeSpan PastTheLease = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(120);

    private readonly Random _random = new(options.Seed);
    private readonly List<string> _accepted = [];

    public static async Task<int> MainAsync(CrashOptions options)
    {
        // Told to stop, it ends what it started.
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var ledger = await Ledger.StartAsync(options.Seed);
        await using var postgres = await PrivatePostgres.StartNewAsync();
        await postgres.InstallSchemaAsync();
        await using var rabbit = options.Victims.Contains(Victim.RabbitMq) ? await PrivateRabbitMq.StartAsync() : null;
        string[] settings =
        [
            "--DataHub:Webhooks:LeaseSeconds=5", "--DataHub:Webhooks:SweepMilliseconds=500", "--DataHub:Webhooks:AllowHttp=true", "--DataHub:Webhooks:AllowedNetworks:0=127.0.0.0/8",
            "--DataHub:ApiKeys:Peppers:1=dGVzdC1wZXBwZXItb2YtdGhpcnR5LXR3by1ieXRlcy4=", .. rabbit?.Settings.Select(s => "--DataHub:" + s) ?? [],
        ];

        // Several nodes where what they do to each other is tried.
        var gateways = Enumerable.Range(0, options.Victims.Any(v => v is Victim.RabbitMq or Victim.Pause) ? 2 : 1).Select(_ => new GatewayUnderTest(options.Gateway, postgres.ConnectionString, settings)).ToList();
        try
        {
            return await new CrashRun(options, ledger, postgres, rabbit, gateways).RunAsync().WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }
        finally
        {
            gateways.ForEach(g => g.Dispose());
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private async Task<int> RunAsync()
    {
        foreach (var gateway in gateways)
        {
            await gateway.StartAsync();
        }

        using var http = await SetUpAsync();
        var publisher = new Publisher(http, [.. gateways.Select(g => g.Address)]);
        var lost = 0L;
        for (var round = 1; round <= options.Rounds && lost == 0; round++)
        {
            var victim = options.Victims[(round - 1) % options.Victims.Count];
            var began = TimeProvider.System.GetTimestamp();
            var (at, after) = (_random.Next(options.Events + 1), _random.Next(LongestWaitMilliseconds));
            var publishing = publisher.PublishAsync(round, options.Events, CancellationToken.None);
            await Eventually.TrueAsync(() => publisher.Accepted >= at || publishing.IsFaulted, "events are accepted", Arrival);
            await Task.Delay(TimeSpan.FromMilliseconds(after), TimeProvider.System, CancellationToken.None);
            await KillAsync(victim);
            _accepted.AddRange(await publishing);
            lost = await MissingAsync();
            Console.WriteLine($"round {round}: {victim.ToString().ToLowerInvariant()} after {at} events and {after} ms, lost {lost}, duplicates so far {ledger.Duplicates}, "
                + $"{TimeProvider.System.GetElapsedTime(began).TotalSeconds:F1} s");
        }

        Console.WriteLine(ledger.Changed == 0 ? $"lost: {lost}, duplicates: {ledger.Duplicates}, rounds: {options.Rounds}" : $"{ledger.Changed} events came with other bytes");
        return lost == 0 && ledger.Changed == 0 ? 0 : 1;
    }

    private async Task<HttpClient> SetUpAsync()
    {
        var http = await gateways[0].SignInAsync();
        foreach (var endpoint in Endpoints)
        {
            using var made = await http.PostAsJsonAsync("/api/v1/webhooks/subscriptions", new
            {
                url = ledger.Address + endpoint, eventTypes = new[] { "crash.*" }, timeoutSeconds = 4, retry = new { scheduleSeconds = new[] { 0, 1, 1, 2, 2, 5, 5, 10, 10, 10 } },
            });
            if (!made.IsSuccessStatusCode)
            {
                throw new InvalidOperationException(await made.Content.ReadAsStringAsync());
            }
        }

        return http;
    }

    private async Task KillAsync(Victim victim)
    {
        switch (victim)
        {
            case Victim.Process:
                var gateway = gateways[_random.Next(gateways.Count)];
                await gateway.KillAsync();
                await gateway.StartAsync();
                break;
            case Victim.Postgres:
                await postgres.KillAsync();
                await postgres.StartAsync();
                break;
            case Victim.Pause:
                var paused = gateways[_random.Next(gateways.Count)];
                paused.Signal("STOP");
                await Task.Delay(PastTheLease, TimeProvider.System, CancellationToken.None);
                paused.Signal("CONT");
                break;
            default:
                rabbit!.Kill();
                await rabbit.RestartAsync(wiped: _random.Next(2) == 0);
                break;
        }
    }

    private async Task<long> MissingAsync()
    {
        try
        {
            await Eventually.TrueAsync(() => Missing() == 0, "everything arrives", Arrival);
        }
        catch (TimeoutException)
        {
            // Counted below.
        }

        return Missing();
    }

    private long Missing() => Endpoints.Sum(endpoint => _accepted.Count(id => !ledger.Has(endpoint, id)));
}
