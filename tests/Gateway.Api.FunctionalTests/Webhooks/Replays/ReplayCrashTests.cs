using System.Net;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.FunctionalTests.Hosting;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Replays;

/// <summary>Two gateway processes, one after the other; the first dies by kill -9 in the middle of a job.</summary>
public sealed class ReplayCrashTests
{
    private const int Count = 30_000;

    private string _folder = "";
    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateAsync() => (_folder, _database) = (Directory.CreateTempSubdirectory("datahub-test-").FullName, await TestDatabase.CreateAsync());

    [TearDown]
    public async Task DropAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Job_ProcessKilledMidWay_EndsWithEachDeliveryEnqueuedOnce()
    {
        string secret, job;
        long enqueued;
        await using (var first = Start())
        {
            using var admin = await AdminClient.SetUpAsync(await first.LineAsync("ready: "), await first.LineAsync("setup token: "));
            secret = admin.Secret;
            var subscription = (await admin.PostAsync("/api/v1/webhooks/subscriptions", new { url = "https://partner.example/hooks", eventTypes = new[] { "lost.x" } })).Is(HttpStatusCode.Created).Id;
            (await admin.PostAsync($"/api/v1/webhooks/subscriptions/{subscription}:disable")).Is(HttpStatusCode.OK); // What is enqueued stays where it can be counted.
            await FailedAsync(EntityId.TryParse<SubscriptionId>(subscription, out var id) ? id : default);

            await _database.ExecuteAsync("""
                CREATE FUNCTION webhooks.slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
                CREATE TRIGGER slowly BEFORE UPDATE ON webhooks.jobs FOR EACH ROW EXECUTE FUNCTION webhooks.slowly();
                """);
            job = (await admin.PostAsync("/api/v1/webhooks/jobs", new { since = TimeProvider.System.GetUtcNow().AddHours(-1) })).Is(HttpStatusCode.Accepted).Id;
            await Eventually.TrueAsync(async () => await DoneAsync() > 0, "it is under way", TimeSpan.FromSeconds(30));
            await first.StopAsync("KILL");

            // What the process had begun ends with its connections.
            await Eventually.TrueAsync(async () => await _database.QueryScalarAsync<long>("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'jobs' AND l.pid <> pg_backend_pid() AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0, "its transactions are gone");
            enqueued = await _database.QueryScalarAsync<long>("SELECT enqueued FROM webhooks.jobs");
            TestContext.Out.WriteLine($"killed after {enqueued} of {Count}");
            enqueued.Should().BeInRange(1, Count - 1, "it died in the middle");
            (await QueuedAsync()).Should().Be((enqueued, enqueued), "the cursor stands behind what is in the queue, and behind no more");
        }

        await _database.ExecuteAsync("DROP TRIGGER slowly ON webhooks.jobs; DROP FUNCTION webhooks.slowly()");
        await using var second = Start();
        using var again = AdminClient.As(await second.LineAsync("ready: "), secret);
        await Eventually.TrueAsync(async () => (string)(await again.GetAsync($"/api/v1/webhooks/jobs/{job}")).Data["state"]! == "done", "another process ends it", TimeSpan.FromSeconds(60));

        (await QueuedAsync()).Should().Be((Count, Count));
        var done = (await again.GetAsync($"/api/v1/webhooks/jobs/{job}")).Data;
        ((long)done["total"]!, (long)done["done"]!, (long)done["enqueued"]!, (double)done["percent"]!).Should().Be((Count, Count, Count, 100));
    }

    private GatewayProgram Start() => GatewayProgram.Start(_folder, "--port", "0", $"--DataHub:Database:ConnectionString={_database.ConnectionString}");

    private Task<long> DoneAsync() => _database.QueryScalarAsync<long>("SELECT done FROM webhooks.jobs");

    private async Task<(long Rows, long Events)> QueuedAsync() =>
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.deliveries WHERE job_id IS NOT NULL"), await _database.QueryScalarAsync<long>("SELECT count(DISTINCT event_id) FROM webhooks.deliveries"));

    // Events that were delivered to nobody, all attempts used up.
    private Task FailedAsync(SubscriptionId subscription) => _database.ExecuteAsync($$$"""
        WITH made AS (
            INSERT INTO webhooks.events (id, type, occurred_at, payload)
            SELECT gen_random_uuid(), 'lost.x', now(), convert_to('{"type":"lost.x","timestamp":"2026-11-21T10:00:00.000Z","data":{}}', 'UTF8') FROM generate_series(1, {{{Count}}}) RETURNING id, created_at, tenant_id)
        INSERT INTO webhooks.outcomes (finished_at, created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT now(), now(), created_at, gen_random_uuid(), id, tenant_id, '{{{subscription.Value}}}', 1, 0, 1, 0, 'lost.x', 'exhausted' FROM made;
        DELETE FROM webhooks.fan_out f USING webhooks.events e WHERE e.id = f.event_id AND e.type = 'lost.x'
        """);
}
