using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary><c>kill -9</c> while keys are rotated and other things are written: what was answered holds and is in the audit trail, and nothing is half done.</summary>
[TestFixture]
public sealed class CrashDuringWritesTests
{
    private const int Rounds = 2;
    private const int Keys = 4;

    private readonly List<RotatedKey> _keys = [];
    private readonly ConcurrentDictionary<string, string> _answered = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _consumers = [];
    private string _folder = "";
    private int _doubts;

    [SetUp]
    public void Start() => _folder = Directory.CreateTempSubdirectory("datahub-test-").FullName;

    [TearDown]
    public void Stop() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task GatewayKilled_DuringRotationsAndAuditedWrites_KeepsWhatWasAnsweredAndNothingHalf()
    {
        var secret = "";
        for (var round = 1; round <= Rounds; round++)
        {
            await using var program = GatewayProgram.Start(_folder, "--port", "0");
            var address = await program.LineAsync("ready: ");
            if (round == 1)
            {
                secret = await ConfigureAsync(address, await program.LineAsync("setup token: "));
            }
            else
            {
                await CheckAsync(address, secret);
            }

            var before = _answered.Count;
            var writers = _keys.Select(key => WriteAsync(address, secret, admin => RotateAsync(admin, key))).Append(WriteAsync(address, secret, AddConsumerAsync)).ToList();
            await Eventually.TrueAsync(() => _answered.Count > before + (30 * round), "writes are answered", TimeSpan.FromSeconds(60));
            await program.StopAsync("KILL");
            try
            {
                await Task.WhenAll(writers);
            }
            catch (AssertionException)
            {
                TestContext.Out.WriteLine(program.Log);
                throw;
            }
        }

        await using var last = GatewayProgram.Start(_folder, "--port", "0");
        await CheckAsync(await last.LineAsync("ready: "), secret);
        TestContext.Out.WriteLine($"{_answered.Count} writes answered, {_doubts} rotations without an answer");
        (await last.StopAsync("INT")).Should().Be(0, last.Errors);
    }

    private async Task<string> ConfigureAsync(string address, string token)
    {
        using var admin = await AdminClient.SetUpAsync(address, token);
        var consumer = (await admin.PostAsync("/api/v1/consumers", new { name = "Acme Corp", segment = "partner" })).Is(HttpStatusCode.Created).Id;
        for (var i = 0; i < Keys; i++)
        {
            var key = (await admin.PostAsync("/api/v1/keys", new { name = $"key {i}", consumerId = consumer })).Is(HttpStatusCode.Created);
            _keys.Add(new RotatedKey(key.Id, [(string)key.Body["secret"]!]));
        }

        return admin.Secret;
    }

    // Until the gateway is gone.
    private static async Task WriteAsync(string address, string secret, Func<AdminClient, Task> write)
    {
        using var admin = AdminClient.As(address, secret);
        try
        {
            while (true)
            {
                await write(admin);
            }
        }
        catch (HttpRequestException)
        {
            // Killed.
        }
    }

    private async Task RotateAsync(AdminClient admin, RotatedKey key)
    {
        key.Doubts++; // Until there is an answer.
        var answer = (await admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 0 })).Is(HttpStatusCode.OK);
        key.Doubts--;
        key.Secrets.Add((string)answer.Body["secret"]!);
        key.Version = VersionOf(answer);
        _answered[answer.Headers["X-Request-Id"]] = "key.rotate " + key.Id;
    }

    private async Task AddConsumerAsync(AdminClient admin)
    {
        var answer = (await admin.PostAsync("/api/v1/consumers", new { name = Guid.CreateVersion7().ToString("N"), segment = "partner" })).Is(HttpStatusCode.Created);
        _consumers.Add(answer.Id);
        _answered[answer.Headers["X-Request-Id"]] = "consumer.create " + answer.Id;
    }

    private async Task CheckAsync(string address, string secret)
    {
        using var admin = AdminClient.As(address, secret);
        var trail = await TrailAsync(admin);
        foreach (var (request, what) in _answered)
        {
            trail.Where(r => (string?)r["requestId"] == request).Select(Told).Should().ContainSingle().Which.Should().Be(what, "what was answered is in the trail, once");
        }

        foreach (var id in _consumers)
        {
            (await admin.GetAsync("/api/v1/consumers/" + id)).Is(HttpStatusCode.OK);
        }

        foreach (var key in _keys)
        {
            await CheckAsync(admin, key, trail.Count(r => Told(r) == "key.rotate " + key.Id));
        }

        (await admin.PostAsync("/api/v1/audit:verify")).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();
    }

    private async Task CheckAsync(AdminClient admin, RotatedKey key, int recorded)
    {
        _doubts += key.Doubts;
        var shown = (await admin.GetAsync("/api/v1/keys/" + key.Id)).Is(HttpStatusCode.OK);
        var version = VersionOf(shown);

        // A rotation without an answer was done as a whole or not at all.
        version.Should().BeGreaterThanOrEqualTo(key.Version).And.BeLessThanOrEqualTo(key.Version + key.Doubts);
        recorded.Should().Be(version - 1, "every rotation that was done is in the trail, and no other");
        shown.Data["secrets"]!.AsArray().Count(s => s!["expiresAt"] is null).Should().Be(1, "one secret is good");
        (await IsGoodAsync(admin, key.Secrets[^1])).Should().Be(version == key.Version, "the last secret that was handed out is good unless a later rotation was done");
        foreach (var earlier in key.Secrets.SkipLast(1).TakeLast(3))
        {
            (await IsGoodAsync(admin, earlier)).Should().BeFalse();
        }

        (key.Version, key.Doubts) = (version, 0);
        if (!await IsGoodAsync(admin, key.Secrets[^1]))
        {
            key.Secrets.Add("nobody was told");
        }
    }

    private static async Task<bool> IsGoodAsync(AdminClient admin, string secret) =>
        (await admin.PostAsync("/api/v1/keys:verify", new { secret })).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>();

    private static int VersionOf(Answer key) => (int)key.Data["secrets"]!.AsArray()[^1]!["version"]!;

    private static string Told(JsonObject record) => $"{record["action"]} {record["resource"]!["id"]}";

    private static async Task<List<JsonObject>> TrailAsync(AdminClient admin)
    {
        var records = new List<JsonObject>();
        string? cursor = null;
        do
        {
            var page = (await admin.GetAsync("/api/v1/audit?limit=200" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)))).Is(HttpStatusCode.OK).Body;
            records.AddRange(page["data"]!.AsArray().Select(r => r!.AsObject()));
            cursor = (string?)page["pagination"]!["nextCursor"];
        }
        while (cursor is not null);
        return records;
    }

    private sealed class RotatedKey(string id, List<string> secrets)
    {
        public string Id { get; } = id;

        /// <summary>The secrets that were answered, oldest first.</summary>
        public List<string> Secrets { get; } = secrets;

        /// <summary>The version of the newest secret that is known to be there.</summary>
        public int Version { get; set; } = 1;

        /// <summary>Rotations that were asked for and not answered.</summary>
        public int Doubts { get; set; }
    }
}
