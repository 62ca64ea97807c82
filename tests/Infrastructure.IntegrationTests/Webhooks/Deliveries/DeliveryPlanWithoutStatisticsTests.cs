using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A backlog that came so fast that the planner knows nothing of it yet.</summary>
public sealed class DeliveryPlanWithoutStatisticsTests
{
    private const int Backlog = 60_000;

    private readonly SubscriptionId _waiting = DeliveryQueue.NewSubscription();
    private DeliveryQueue _queue = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        await _queue.Database.ExecuteAsync("ALTER TABLE webhooks.deliveries SET (autovacuum_enabled = false)");
        await _queue.EnqueueAsync(_waiting, Backlog * 2 / 3);
        await _queue.EnqueueAsync(_waiting, Backlog / 3, DeliveryLane.Replay);
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [Test]
    public async Task Reclaim_NoStatistics_ReadsLeasesOnly()
    {
        await using var dataSource = NpgsqlDataSource.Create(_queue.Database.ConnectionString + ";Pooling=false");
        var store = new DeliveryStore(dataSource, TimeProvider.System);
        await store.ClaimAsync([new ClaimRequest(_waiting, DeliveryLane.Fresh, 5, 100)], TimeSpan.Zero, CancellationToken.None);
        var before = await ReadAsync();

        var reclaimed = await store.ReclaimAsync(5, CancellationToken.None);

        reclaimed.Back.Should().HaveCount(5);
        (await ReadAsync() - before).Should().BeLessThan(1_000, "what waits without a lease is not read");
    }

    [Test]
    public async Task Claim_LimitsThatThePlannerCannotSee_IsNotCompiled()
    {
        await using var dataSource = NpgsqlDataSource.Create(_queue.Database.ConnectionString + ";Options=-c jit_above_cost=0");
        (await CompiledAsync("SELECT 1")).Should().BeTrue("otherwise this proves nothing: the server would not compile anyway");

        (await CompiledAsync(DeliverySql.Relaxed)).Should().BeFalse();

        async Task<bool> CompiledAsync(string first)
        {
            await using var batch = dataSource.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand(first));
            var claim = new NpgsqlBatchCommand("EXPLAIN " + DeliverySql.Claim);
            foreach (var value in new object[] { TimeSpan.Zero, new[] { _waiting.Value }, new short[] { 0 }, new[] { 1 }, new[] { 100 } })
            {
                claim.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            batch.BatchCommands.Add(claim);
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.NextResultAsync();
            var compiled = false;
            while (await reader.ReadAsync())
            {
                compiled |= reader.GetString(0).StartsWith("JIT", StringComparison.Ordinal);
            }

            return compiled;
        }
    }

    [Test]
    public async Task Backlog_MoreThanIsCounted_IsEstimatedByLane()
    {
        await using var node = DeliveryNode.Create(_queue.DataSource, new FakeEndpoints());
        await node.Get<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "datahub.webhook.backlog")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen.AddOrUpdate((string)tags[0].Value!, value, (_, most) => Math.Max(most, value)));
        listener.Start();
        listener.RecordObservableInstruments();

        seen["fresh"].Should().BeCloseTo(Backlog * 2 / 3, Backlog / 6);
        seen["replay"].Should().BeCloseTo(Backlog / 3, Backlog / 6);
        seen["retry"].Should().Be(0);
    }

    // Rows that any scan of the queue has read, by table or by index. Connections tell what they counted when they end, and at times of their own before that:
    // none may be left that has something to tell.
    private async Task<long> ReadAsync()
    {
        _queue.DataSource.Clear();
        await Eventually.TrueAsync(
            async () => await _queue.Database.QueryScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'") == 0,
            "all other connections have ended");
        return await _queue.Database.QueryScalarAsync<long>("""
            SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'deliveries') + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'deliveries')::bigint
            """);
    }
}
