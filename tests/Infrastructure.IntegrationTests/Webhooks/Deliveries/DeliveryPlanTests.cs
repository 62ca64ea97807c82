using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>The statements of the queue use its indexes whatever the planner knows of their parameters, and however much waits.</summary>
public sealed class DeliveryPlanTests
{
    private const int Backlog = 60_000;

    private DeliveryQueue _queue = null!;
    private NpgsqlDataSource _generic = null!;
    private DeliveryStore _store = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        await _queue.EnqueueAsync(DeliveryQueue.NewSubscription(), Backlog);
        await _queue.Database.ExecuteAsync("ANALYZE webhooks.deliveries, webhooks.events");
        _generic = NpgsqlDataSource.Create(_queue.Database.ConnectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=1;Options=-c plan_cache_mode=force_generic_plan");
        _store = new DeliveryStore(_generic, TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        await _generic.DisposeAsync();
        await _queue.DisposeAsync();
    }

    [Test]
    public async Task ClaimAndWrite_DeepBacklogAndGenericPlan_ReadNoTableFromEndToEnd()
    {
        var healthy = DeliveryQueue.NewSubscription();
        await _queue.EnqueueAsync(healthy, 200);
        var before = await ScannedAsync();

        for (var i = 0; i < 20; i++)
        {
            var leases = await _store.ClaimAsync([new ClaimRequest(healthy, DeliveryLane.Fresh, 10, 10)], TimeSpan.FromSeconds(60), CancellationToken.None);
            leases.Should().HaveCount(10);
            await WriteAsync([.. leases.Select(DeliveryQueue.Delivered)]);
            (await _store.ReclaimAsync(5, CancellationToken.None)).Back.Should().BeEmpty();
            (await _store.DueAsync(CancellationToken.None)).Should().NotBeEmpty();
        }

        (await _queue.CountAsync("outcomes")).Should().Be(200);
        (await ScannedAsync() - before).Should().BeLessThan(Backlog, "twenty rounds together read less than the table once");
    }

    private async Task WriteAsync(IReadOnlyList<DeliveryResult> results)
    {
        await using var batch = _generic.CreateBatch();
        batch.BatchCommands.Add(ResultSql.Write(results));
        await batch.ExecuteNonQueryAsync();
    }

    // Rows that sequential scans read. Statistics of the session are sent before they are asked for.
    private async Task<long> ScannedAsync()
    {
        await using (var connection = await _generic.OpenConnectionAsync())
        {
            NpgsqlConnection.ClearPool(connection);
        }

        return await _queue.Database.QueryScalarAsync<long>("""
            SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables
            WHERE schemaname = 'webhooks' AND (relname = 'deliveries' OR relname ~ '^events_\d')
            """);
    }
}
