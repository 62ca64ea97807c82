using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary><c>kill -9</c> under load, of the gateway and of its private PostgreSQL: nothing but the last moment of the request log is lost.</summary>
[TestFixture]
public sealed class CrashTests
{
    // Rows wait for 250 ms in memory, and are on their way for a little longer on a busy machine.
    private static readonly TimeSpan DocumentedBound = TimeSpan.FromSeconds(1);

    private string _folder = "";
    private EchoUpstream _upstream = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("datahub-test-").FullName;
        _upstream = await EchoUpstream.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task GatewayKilled_UnderLoad_NextStartHasTheConfigurationAndAllButTheLastRows()
    {
        ConcurrentDictionary<string, long> answered;
        string admin, key;
        long killed;
        await using (var program = GatewayProgram.Start(_folder, "--port", "0"))
        {
            (var address, admin, key) = await ConfigureAsync(program);
            using var load = new Load(address, key);
            await Eventually.TrueAsync(() => load.Answered.Count > 400, "traffic flows", TimeSpan.FromSeconds(60));
            killed = Stopwatch.GetTimestamp();
            await program.StopAsync("KILL");
            answered = await load.StopAsync();
        }

        await using var next = GatewayProgram.Start(_folder, "--port", "0");
        var second = await next.LineAsync("ready: ");

        await StillWorksAsync(second, admin, key);
        var stored = await RequestIdsAsync(second, admin);
        var lost = answered.Where(a => !stored.Contains(a.Key)).Select(a => Stopwatch.GetElapsedTime(a.Value, killed)).ToList();
        TestContext.Out.WriteLine($"{answered.Count} answered, {lost.Count} rows lost, the oldest of them {(lost.Count == 0 ? 0 : lost.Max().TotalMilliseconds):0} ms before the end");

        // Rows are stored in their order: how long the database took for the last of them on a busy machine is not the question.
        var newest = answered.Where(a => stored.Contains(a.Key)).Select(a => Stopwatch.GetElapsedTime(a.Value, killed)).Min();
        lost.Should().OnlyContain(age => age - newest < DocumentedBound);
        (await next.StopAsync("INT")).Should().Be(0, next.Errors);
    }

    [Test]
    public async Task DatabaseKilled_UnderLoad_TrafficGoesOnAndNoRowIsLost()
    {
        await using var program = GatewayProgram.Start(_folder, "--port", "0");
        var (address, admin, key) = await ConfigureAsync(program);
        ConcurrentDictionary<string, long> answered;
        using (var load = new Load(address, key))
        {
            await Eventually.TrueAsync(() => load.Answered.Count > 200, "traffic flows", TimeSpan.FromSeconds(60));
            KillDatabase();
            var then = load.Answered.Count;
            await Eventually.TrueAsync(() => load.Answered.Count > then + 400, "traffic goes on", TimeSpan.FromSeconds(60));
            answered = await load.StopAsync();
            load.Refused.Should().BeEmpty("the key and the route are known without the database");
        }

        await Eventually.TrueAsync(() => AnswersAsync(address, admin), "the database is back", TimeSpan.FromSeconds(60));
        await StillWorksAsync(address, admin, key);
        await Eventually.TrueAsync(
            async () => answered.Keys.Except(await RequestIdsAsync(address, admin)).ToList() is var missing && (missing.Count == 0),
            "all rows of the request log arrive", TimeSpan.FromSeconds(60));
        TestContext.Out.WriteLine($"{answered.Count} answered, none refused, all in the log");
        (await program.StopAsync("INT")).Should().Be(0, program.Errors);
    }

    private async Task<(string Address, string AdminKey, string Key)> ConfigureAsync(GatewayProgram program)
    {
        var address = await program.LineAsync("ready: ");
        using var admin = await AdminClient.SetUpAsync(address, await program.LineAsync("setup token: "));
        var upstream = (await admin.PostAsync("/api/v1/upstreams", new { name = "echo", destinations = new[] { new { name = "one", url = _upstream.Address } } })).Is(HttpStatusCode.Created).Id;
        var api = (await admin.PostAsync("/api/v1/apis", new { name = "echo", slug = "echo" })).Is(HttpStatusCode.Created).Id;
        (await admin.PostAsync("/api/v1/routes", new { name = "all", apiId = api, upstreamId = upstream, path = "/{**rest}" })).Is(HttpStatusCode.Created);
        var consumer = (await admin.PostAsync("/api/v1/consumers", new { name = "Acme Corp", segment = "partner" })).Is(HttpStatusCode.Created).Id;
        var tiers = (await admin.GetAsync("/api/v1/tiers?limit=200")).Body["data"]!.AsArray();
        var tierId = (string)tiers.Single(t => (string)t!["name"]! == "unlimited")!["id"]!;
        var key = (string)(await admin.PostAsync("/api/v1/keys", new { name = "load", consumerId = consumer, tierId })).Is(HttpStatusCode.Created).Body["secret"]!;
        return (address, admin.Secret, key);
    }

    // What was configured is there, can be changed, and serves.
    private static async Task StillWorksAsync(string address, string adminKey, string key)
    {
        using var admin = AdminClient.As(address, adminKey);
        (await admin.GetAsync("/api/v1/routes")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle();
        (await admin.PostAsync("/api/v1/consumers", new { name = "Beta Ltd", segment = "partner" })).Is(HttpStatusCode.Created);
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        using var answer = await client.GetAsync("/gateway/echo/after");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<bool> AnswersAsync(string address, string adminKey)
    {
        using var admin = AdminClient.As(address, adminKey);
        return (await admin.GetAsync("/api/v1/logs?limit=1")).Status == HttpStatusCode.OK;
    }

    private static async Task<HashSet<string>> RequestIdsAsync(string address, string adminKey)
    {
        using var admin = AdminClient.As(address, adminKey);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = (await admin.GetAsync("/api/v1/logs?limit=200" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)))).Is(HttpStatusCode.OK).Body;
            ids.UnionWith(page["data"]!.AsArray().Select(e => (string)e!["id"]!));
            cursor = (string?)page["pagination"]!["nextCursor"];
        }
        while (cursor is not null);
        return ids;
    }

    private void KillDatabase()
    {
        var postmaster = File.ReadLines(Path.Combine(_folder, "postgres", "postmaster.pid")).First().Trim();
        var ids = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(id => char.IsAsciiDigit(id![0]) && (id == postmaster || ParentOf(id) == postmaster)).ToList();
        ids.Should().HaveCountGreaterThan(2, "the server has children");
        foreach (var id in ids)
        {
            using var kill = Process.Start("kill", ["-KILL", id!]);
            kill.WaitForExit();
        }
    }

    private static string ParentOf(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (IOException)
        {
            return ""; // It ended meanwhile.
        }
    }

    /// <summary>Four callers, a request every few milliseconds each.</summary>
    private sealed class Load : IDisposable
    {
        private readonly HttpClient _client;
        private readonly CancellationTokenSource _end = new();
        private readonly Task _callers;

        public Load(string address, string key)
        {
            _client = new HttpClient { BaseAddress = new Uri(address) };
            _client.DefaultRequestHeaders.Add("X-API-Key", key);
            _callers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(CallAsync)));
        }

        public ConcurrentDictionary<string, long> Answered { get; } = new(StringComparer.Ordinal);

        public ConcurrentBag<HttpStatusCode> Refused { get; } = [];

        public async Task<ConcurrentDictionary<string, long>> StopAsync()
        {
            await _end.CancelAsync();
            await _callers;
            return Answered;
        }

        public void Dispose()
        {
            _client.Dispose();
            _end.Dispose();
        }

        private async Task CallAsync()
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(3));
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    using var answer = await _client.GetAsync("/gateway/echo/load");
                    if (answer.StatusCode == HttpStatusCode.OK)
                    {
                        Answered[answer.Headers.GetValues("X-Request-Id").Single()] = Stopwatch.GetTimestamp();
                    }
                    else
                    {
                        Refused.Add(answer.StatusCode);
                    }
                }
                catch (HttpRequestException)
                {
                    // The gateway was killed in the middle of it.
                }

                await pace.WaitForNextTickAsync();
            }
        }
    }
}
