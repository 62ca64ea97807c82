using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A database with the tables of delivery, and the rows that tests put in and look at.</summary>
internal sealed class DeliveryQueue : IAsyncDisposable
{
    private DeliveryQueue(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource => Database.DataSource;

    public static async Task<DeliveryQueue> CreateAsync()
    {
        var queue = new DeliveryQueue(await TestDatabase.CreateAsync());
        await queue.Database.ExecuteAsync(SchemaScripts.Read("Deliveries"));
        return queue;
    }

    public static SubscriptionId NewSubscription() => new(Guid.CreateVersion7());

    /// <summary>Commits events, as a command does; each waits for fan-out.</summary>
    public async Task<IReadOnlyList<Guid>> PublishAsync(int count, string type = "order.created", string payload = "{}")
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var command = DataSource.CreateCommand(
            "INSERT INTO webhooks.events (id, type, occurred_at, payload) SELECT id, $2, now(), convert_to($3, 'UTF8') FROM unnest($1::uuid[]) AS id");
        command.Parameters.Add(new NpgsqlParameter { Value = ids });
        command.Parameters.Add(new NpgsqlParameter { Value = type });
        command.Parameters.Add(new NpgsqlParameter { Value = payload });
        await command.ExecuteNonQueryAsync();
        return ids;
    }

    /// <summary>Puts events and their deliveries in, as fan-out does.</summary>
    public async Task EnqueueAsync(SubscriptionId subscription, int count, DeliveryLane lane = DeliveryLane.Fresh, TimeSpan due = default)
    {
        var command = new NpgsqlBatchCommand("""
            WITH e AS (INSERT INTO webhooks.events (id, type, occurred_at, payload)
                SELECT gen_random_uuid(), 'order.created', now(), '{"n":1}' FROM generate_series(1, $2) RETURNING id, created_at)
            INSERT INTO webhooks.deliveries (id, event_id, event_created_at, tenant_id, subscription_id, lane, event_type, next_at)
            SELECT gen_random_uuid(), id, created_at, '00000000-0000-7000-8000-000000000001', $1, $3, 'order.created', now() + $4 FROM e
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = subscription.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = count });
        command.Parameters.Add(new NpgsqlParameter { Value = (short)lane });
        command.Parameters.Add(new NpgsqlParameter { Value = due });

        // In one transaction: a node that runs must not find them in between.
        await using var batch = DataSource.CreateBatch();
        batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("TRUNCATE webhooks.fan_out"));
        await batch.ExecuteNonQueryAsync();
    }

    public Task<long> CountAsync(string what) => Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.{what}");

    /// <summary>Writes results, as the dispatcher does.</summary>
    public async Task<int> WriteAsync(params DeliveryResult[] results)
    {
        await using var batch = DataSource.CreateBatch();
        batch.BatchCommands.Add(ResultSql.Write(results));
        var held = 0;
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            held++;
        }

        return held;
    }

    public static DeliveryResult Delivered(DeliveryLease lease) => DeliveryResult.End(lease, DeliveryOutcome.Delivered, "delivered") with
    {
        Attempt = lease.Attempt + 1,
        Counted = true,
        Report = Report(AttemptClass.Success, 200),
    };

    public static DeliveryResult Retry(DeliveryLease lease, TimeSpan wait) => new(lease, ResultKind.Again)
    {
        Reason = "schedule",
        Attempt = lease.Attempt + 1,
        Counted = true,
        Wait = wait,
        Report = Report(AttemptClass.Status, 500),
    };

    public static AttemptReport Report(AttemptClass outcome, int? status) => new()
    {
        Class = outcome,
        Status = status,
        StartedAt = DateTimeOffset.UnixEpoch, // A node's clock, which nothing trusts.
        Timings = new AttemptTimings(null, 1, null, 2, 3),
        ResponseHead = "ok"u8.ToArray(),
    };

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
