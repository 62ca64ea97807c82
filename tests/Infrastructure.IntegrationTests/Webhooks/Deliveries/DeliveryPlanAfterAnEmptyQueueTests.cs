using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A backlog that came after the queue was looked at empty: the planner expects one row of it, and every index looks cheap.</summary>
public sealed class DeliveryPlanAfterAnEmptyQueueTests
{
    private DeliveryQueue _queue = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        await _queue.Database.ExecuteAsync("ALTER TABLE webhooks.deliveries SET (autovacuum_enabled = false)");
        await _queue.EnqueueAsync(DeliveryQueue.NewSubscription(), 1_000);
        await _queue.Database.ExecuteAsync("DELETE FROM webhooks.deliveries");
        await _queue.Database.ExecuteAsync("ANALYZE webhooks.deliveries");
        await _queue.EnqueueAsync(DeliveryQueue.NewSubscription(), 20_000);
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [Test]
    public async Task Write_ManyWait_LooksAtTheIdsOnly()
    {
        var endpoint = DeliveryQueue.NewSubscription();
        await _queue.EnqueueAsync(endpoint, 8);
        var leases = await new DeliveryStore(_queue.DataSource, TimeProvider.System)
            .ClaimAsync([new ClaimRequest(endpoint, DeliveryLane.Fresh, 8, 100)], TimeSpan.FromMinutes(1), CancellationToken.None);
        leases.Should().HaveCount(8);

        var plan = await PlanAsync(ResultSql.Write([.. leases.Select((l, i) => i < 4 ? DeliveryQueue.Delivered(l) : DeliveryQueue.Retry(l, TimeSpan.FromMinutes(1)))]));

        plan.Should().Contain("deliveries_pkey").And.NotContain("ix_deliveries").And.NotContain("Seq Scan on deliveries");
    }

    private async Task<string> PlanAsync(NpgsqlBatchCommand command)
    {
        command.CommandText = "EXPLAIN " + command.CommandText;
        await using var batch = _queue.DataSource.CreateBatch();
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
