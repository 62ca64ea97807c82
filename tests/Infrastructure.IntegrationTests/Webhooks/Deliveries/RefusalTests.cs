using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>The database is there and refuses, which no outage explains: what works in the background goes on, and with it the process.</summary>
public sealed class RefusalTests
{
    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;

    [SetUp]
    public async Task CreateAsync() => (_queue, _endpoints) = (await DeliveryQueue.CreateAsync(), new FakeEndpoints());

    [TearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [Test]
    public async Task Beat_Refused_GivesUpWhatRanOutAndProlongsTheRestLater()
    {
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);
        var endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(endpoint, 2);
        var leases = await node.Get<DeliveryStore>().ClaimAsync([new ClaimRequest(endpoint, DeliveryLane.Fresh, 2, 2)], TimeSpan.FromSeconds(60), CancellationToken.None);
        var keeper = node.Get<LeaseKeeper>();
        using var ending = keeper.Keep(leases[0]);
        using var over = keeper.Keep(leases[1]);
        leases[0].EndsAt = TimeProvider.System.GetTimestamp() + (30 * TimeProvider.System.TimestampFrequency);
        leases[1].EndsAt = TimeProvider.System.GetTimestamp() - 1;

        await _queue.Database.ExecuteAsync("ALTER TABLE webhooks.deliveries RENAME COLUMN lease_until TO lease_end");
        await keeper.BeatAsync(CancellationToken.None);

        ending.Lost.IsCancellationRequested.Should().BeFalse("its lease holds still");
        over.Lost.IsCancellationRequested.Should().BeTrue();
        await _queue.Database.ExecuteAsync("ALTER TABLE webhooks.deliveries RENAME COLUMN lease_end TO lease_until");
        await keeper.BeatAsync(CancellationToken.None);
        keeper.Left(leases[0]).Should().BeGreaterThan(TimeSpan.FromSeconds(50));
    }

    [Test]
    public async Task Write_PartitionIsMissingAndCannotBeMade_WaitsUntilItCan()
    {
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);
        var endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(endpoint, 1);
        var lease = (await node.Get<DeliveryStore>().ClaimAsync([new ClaimRequest(endpoint, DeliveryLane.Fresh, 1, 1)], TimeSpan.FromSeconds(60), CancellationToken.None)).Single();
        var writer = node.Get<ResultWriter>();
        await writer.StartAsync(CancellationToken.None);
        await _queue.Database.ExecuteAsync("""
            CREATE SEQUENCE webhooks.tries;
            CREATE OR REPLACE FUNCTION webhooks.ensure_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM nextval('webhooks.tries');
                RAISE EXCEPTION 'You may not.' USING ERRCODE = 'insufficient_privilege';
            END $$;
            DO $$
            DECLARE
                name text;
            BEGIN
                FOR name IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'webhooks.attempts'::regclass LOOP
                    EXECUTE 'DROP TABLE ' || name;
                END LOOP;
            END $$;
            """);
        var written = writer.WriteAsync(DeliveryQueue.Delivered(lease));
        await Eventually.TrueAsync(() => _queue.Database.QueryScalarAsync<bool>("SELECT is_called FROM webhooks.tries"), "the partition cannot be made");

        await _queue.Database.ExecuteAsync(SchemaScripts.Read("Deliveries"));

        await Eventually.TrueAsync(() => written.IsCompletedSuccessfully, "the result is written");
        (await written).Should().BeTrue();
        writer.Complete();
        await writer.ExecuteTask!;
    }
}
