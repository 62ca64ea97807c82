using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>Days of events and attempts come and go by whole partitions; what was there before partitions is kept.</summary>
public sealed class WebhookPartitionsTests
{
    private DeliveryQueue _queue = null!;

    [SetUp]
    public async Task CreateAsync() => _queue = await DeliveryQueue.CreateAsync();

    [TearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [Test]
    public async Task DropExpired_OldDays_AreDroppedWithWhatIsInThem()
    {
        await _queue.Database.ExecuteAsync("""
            SELECT webhooks.ensure_partition(parent, (now() AT TIME ZONE 'UTC')::date - days) FROM unnest(ARRAY['events', 'attempts']) AS parent, unnest(ARRAY[31, 30, 8, 7]) AS days;
            INSERT INTO webhooks.events (id, type, occurred_at, payload, created_at) VALUES (gen_random_uuid(), 'a.b', now(), '{}', now() - interval '31 days');
            INSERT INTO webhooks.event_keys (tenant_id, key, event_id, created_at, body_sha256) VALUES (gen_random_uuid(), 'k', gen_random_uuid(), now() - interval '31 days', '');
            """);
        var partitions = new WebhookPartitions(_queue.DataSource);

        var dropped = await partitions.DropExpiredAsync(30, 7, CancellationToken.None);

        dropped.Should().HaveCount(1 + 3);
        (await _queue.CountAsync("events")).Should().Be(0);
        (await _queue.CountAsync("event_keys")).Should().Be(0);
        (await partitions.DropExpiredAsync(30, 7, CancellationToken.None)).Should().BeEmpty();
        (await _queue.CountAsync("fan_out")).Should().Be(1, "fan-out finds out by itself that its event is gone");
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, new FakeEndpoints());
        await TestKit.Waiting.Eventually.TrueAsync(async () => await _queue.CountAsync("fan_out") == 0, "it does");
    }

    [Test]
    public async Task Run_AtAStartAfterDaysOfRest_MakesAPlaceForTheEventsOfToday()
    {
        await _queue.Database.ExecuteAsync("DO $$ DECLARE p text; BEGIN FOR p IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'webhooks.events'::regclass LOOP EXECUTE 'DROP TABLE ' || p; END LOOP; END $$");
        IStartupTask task = new WebhookPartitions(_queue.DataSource);

        await task.RunAsync(CancellationToken.None);

        await _queue.Database.ExecuteAsync("INSERT INTO webhooks.events (id, type, occurred_at, payload) VALUES (gen_random_uuid(), 'a.b', now(), '{}')");
        (await _queue.CountAsync("events")).Should().Be(1);
        task.Order.Should().BeLessThan(10, "everything else may publish");
    }

    [Test]
    public async Task Ensure_ManyNodesAtOnce_MakesEachDayOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => new WebhookPartitions(_queue.DataSource).EnsureAsync(CancellationToken.None)));

        (await _queue.Database.QueryScalarAsync<long>("""
            SELECT count(*) FROM generate_series(-1, 4) AS ahead
            JOIN pg_class c ON c.relname = 'events_' || to_char((now() AT TIME ZONE 'UTC')::date + ahead, 'YYYYMMDD') JOIN pg_inherits ON inhrelid = c.oid
            """)).Should().Be(6);
    }

    [Test]
    public async Task Script_OnATableOfBefore_KeepsItsRowsAndRunsTwice()
    {
        await _queue.Database.ExecuteAsync("""
            DROP TABLE webhooks.events;
            CREATE TABLE webhooks.events (id uuid CONSTRAINT pk_events PRIMARY KEY, tenant_id uuid NOT NULL, type varchar(100) NOT NULL, occurred_at timestamptz NOT NULL, payload bytea NOT NULL);
            CREATE INDEX ix_events_tenant_id_occurred_at_id ON webhooks.events (tenant_id, occurred_at, id);
            INSERT INTO webhooks.events SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'a.b', now() - n * interval '9 days', convert_to('{"n":' || n || '}', 'UTF8') FROM generate_series(0, 3) n;
            """);

        await _queue.Database.ExecuteAsync(SchemaScripts.Read("Deliveries"));
        await _queue.Database.ExecuteAsync(SchemaScripts.Read("Deliveries"));

        (await _queue.CountAsync("events WHERE created_at = occurred_at AND source = 'datahub'")).Should().Be(4);
        (await _queue.CountAsync("fan_out")).Should().Be(0, "nobody subscribed to what was before");
        await _queue.PublishAsync(2);
        (await _queue.CountAsync("fan_out")).Should().Be(2);
    }
}
