using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>An event that is to be fanned out.</summary>
/// <param name="Event">The event.</param>
/// <param name="CreatedAt">Names its partition.</param>
/// <param name="After">Subscriptions up to this one have their deliveries; default: none has.</param>
internal sealed record FanOutItem(StoredEvent Event, DateTimeOffset CreatedAt, SubscriptionId After);

/// <summary>A delivery to make.</summary>
/// <param name="Item">Of what.</param>
/// <param name="Subscription">To whom.</param>
/// <param name="Body">Other bytes than the event's own; null: those.</param>
/// <param name="FirstWait">Until the first attempt.</param>
internal readonly record struct NewDelivery(FanOutItem Item, SubscriptionId Subscription, byte[]? Body, TimeSpan FirstWait);

/// <summary>
/// One transaction of fan-out: it holds the rows of some events, makes deliveries and moves the cursors. Whoever dies in it has done nothing; one that
/// is stopped in it is thrown out by the server after a while.
/// </summary>
/// <param name="connection">A connection of its own.</param>
/// <param name="transaction">The transaction.</param>
/// <param name="ids">Makes ids of deliveries.</param>
internal sealed class FanOutPage(NpgsqlConnection connection, NpgsqlTransaction transaction, IIdSource ids) : IAsyncDisposable
{
    private const string TakeSql = """
        SELECT f.event_id, f.event_created_at, f.tenant_id, f.after_subscription, e.type, e.occurred_at, e.payload
        FROM (SELECT * FROM webhooks.fan_out WHERE due_at <= now() ORDER BY due_at, event_id LIMIT $1 FOR UPDATE SKIP LOCKED) f
        LEFT JOIN LATERAL (SELECT type, occurred_at, payload FROM webhooks.events WHERE id = f.event_id AND created_at = f.event_created_at LIMIT 1) e ON true
        """;

    private const string InsertSql = """
        INSERT INTO webhooks.deliveries (id, event_id, event_created_at, tenant_id, subscription_id, next_at, event_type, body)
        SELECT id, event, at, tenant, subscription, at + make_interval(secs => wait), type, body
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::double precision[], $7::text[], $8::bytea[])
            AS n(id, event, at, tenant, subscription, wait, type, body)
        ON CONFLICT (event_id, subscription_id, replay_no) DO NOTHING
        """;

    private const string QuarantineSql = """
        INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT now(), $1, $2, $3, $4, $5, 0, 0, 3, 0, $6, 'mapping: ' || $7
        """;

    private const string DiscardSql = """
        INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT now(), at, id, event, tenant, subscription, 0, 0, 2, 0, type, 'scope'
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::text[]) AS n(id, event, at, tenant, subscription, type)
        """;

    private const string NewestChangeSql = "SELECT webhooks.newest_subscription_change()";

    /// <summary>Opens one.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="ids">Makes ids of deliveries.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<FanOutPage> OpenAsync(NpgsqlDataSource dataSource, IIdSource ids, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            return new FanOutPage(connection, transaction, ids);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Holds the oldest events that nobody else holds.</summary>
    /// <param name="most">Most of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The events, and the number of the newest change of subscriptions, read after they were committed.</returns>
    public async Task<(IReadOnlyList<FanOutItem> Items, long NewestChange)> TakeAsync(int most, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Relaxed + ", set_config('idle_in_transaction_session_timeout', '10s', true)"));
        var take = new NpgsqlBatchCommand(TakeSql);
        take.Parameters.Add(new NpgsqlParameter { Value = most });
        batch.BatchCommands.Add(take);
        var items = new List<FanOutItem>();
        var orphans = new List<Guid>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.IsDBNull(4))
                {
                    orphans.Add(reader.GetGuid(0));
                    continue;
                }

                var stored = new StoredEvent(
                    new EventId(reader.GetGuid(0)), new TenantId(reader.GetGuid(2)), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<byte[]>(6));
                items.Add(new FanOutItem(stored, reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(3) ? default : new SubscriptionId(reader.GetGuid(3))));
            }
        }

        // Events that retention took away before anybody looked.
        if (orphans.Count > 0)
        {
            await ExecuteAsync("DELETE FROM webhooks.fan_out WHERE event_id = ANY($1)", cancellationToken, orphans.ToArray());
        }

        return (items, items.Count > 0 ? await NewestChangeAsync(cancellationToken) : 0);
    }

    /// <summary>Makes deliveries.</summary>
    /// <param name="deliveries">What to make; what is there already stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task AddAsync(IReadOnlyList<NewDelivery> deliveries, CancellationToken cancellationToken) => ExecuteAsync(
        InsertSql,
        cancellationToken,
        deliveries.Select(_ => ids.NewId()).ToArray(),
        deliveries.Select(d => d.Item.Event.Id.Value).ToArray(),
        deliveries.Select(d => d.Item.CreatedAt).ToArray(),
        deliveries.Select(d => d.Item.Event.TenantId.Value).ToArray(),
        deliveries.Select(d => d.Subscription.Value).ToArray(),
        deliveries.Select(d => d.FirstWait.TotalSeconds).ToArray(),
        deliveries.Select(d => d.Item.Event.Type).ToArray(),
        deliveries.Select(d => d.Body).ToArray());

    /// <summary>Records a delivery that could not be made because its payload could not.</summary>
    /// <param name="item">The event.</param>
    /// <param name="subscription">The subscription.</param>
    /// <param name="mistake">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task QuarantineAsync(FanOutItem item, SubscriptionId subscription, string mistake, CancellationToken cancellationToken) => ExecuteAsync(
        QuarantineSql, cancellationToken, item.CreatedAt, ids.NewId(), item.Event.Id.Value, item.Event.TenantId.Value, subscription.Value, item.Event.Type, mistake);

    /// <summary>Records deliveries that were not made because the key of the subscription may no longer receive them.</summary>
    /// <param name="refused">Of what, and to whom.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task DiscardAsync(IReadOnlyList<(FanOutItem Item, SubscriptionId Subscription)> refused, CancellationToken cancellationToken) => ExecuteAsync(
        DiscardSql,
        cancellationToken,
        refused.Select(_ => ids.NewId()).ToArray(),
        refused.Select(r => r.Item.Event.Id.Value).ToArray(),
        refused.Select(r => r.Item.CreatedAt).ToArray(),
        refused.Select(r => r.Item.Event.TenantId.Value).ToArray(),
        refused.Select(r => r.Subscription.Value).ToArray(),
        refused.Select(r => r.Item.Event.Type).ToArray());

    /// <summary>The events have all their deliveries.</summary>
    /// <param name="items">The events.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task FinishAsync(IReadOnlyList<FanOutItem> items, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM webhooks.fan_out WHERE event_id = ANY($1)", cancellationToken, items.Select(i => i.Event.Id.Value).ToArray());

    /// <summary>An event has deliveries up to a subscription; the rest follows, behind the events that wait by now.</summary>
    /// <param name="item">The event.</param>
    /// <param name="after">The last one of the page.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task MoveAsync(FanOutItem item, SubscriptionId after, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE webhooks.fan_out SET after_subscription = $2, due_at = clock_timestamp() WHERE event_id = $1", cancellationToken, item.Event.Id.Value, after.Value);

    /// <summary>An event breaks the worker: it waits longer each time, and the others go on.</summary>
    /// <param name="item">The event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PostponeAsync(FanOutItem item, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE webhooks.fan_out SET failures = failures + 1, due_at = now() + make_interval(secs => least(600, power(2, failures))) WHERE event_id = $1",
        cancellationToken,
        item.Event.Id.Value);

    /// <summary>Makes it last.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    // A statement of its own sees all that was committed before the events were taken.
    private async Task<long> NewestChangeAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NewestChangeSql, connection, transaction);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
