using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Replays;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Subscriptions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Replays;

/// <summary>Makes one page of a job, in the transaction that moves its cursor.</summary>
internal sealed class ReplayPages(DataHubDbContext context, IReplayContent content, IDeliveries deliveries)
{
    /// <summary>Rows that are looked at in a page.</summary>
    public const int Size = 500;

    // The last word on an event counts: what was delivered since, or waits again, is left alone.
    // Trigger 3 is a test, which nobody misses.
    private const string EndedFrom = """
        FROM webhooks.outcomes o
        WHERE o.trigger <> 3 AND o.tenant_id = $1 AND o.finished_at >= $2 AND o.finished_at < $3 AND o.outcome = ANY ($4) AND ($5::uuid IS NULL OR o.subscription_id = $5) AND ($6::text IS NULL OR o.event_type = $6)
        """;

    private const string EndedLast = """
         AND NOT EXISTS (SELECT FROM webhooks.outcomes l WHERE l.event_id = o.event_id AND l.subscription_id = o.subscription_id AND (l.finished_at, l.delivery_id) > (o.finished_at, o.delivery_id))
         AND NOT EXISTS (SELECT FROM webhooks.deliveries w WHERE w.event_id = o.event_id AND w.subscription_id = o.subscription_id)
        """;

    private const string Ended = $"""
        WITH page AS (
            SELECT o.finished_at, o.delivery_id, o.event_id, o.event_created_at, o.subscription_id, (true{EndedLast}) AS wanted {EndedFrom}
              AND (o.finished_at, o.delivery_id) > ($7, $8) ORDER BY o.finished_at, o.delivery_id LIMIT $9)
        SELECT p.finished_at, p.delivery_id, p.subscription_id, e.id, e.type, e.occurred_at, e.payload, e.created_at
        FROM page p LEFT JOIN webhooks.events e ON p.wanted AND e.id = p.event_id AND e.created_at = p.event_created_at ORDER BY p.finished_at, p.delivery_id
        """;

    private const string MissedFrom = "FROM webhooks.events e WHERE e.tenant_id = $1 AND e.created_at >= $2 AND e.created_at < $3 AND ($4::text IS NULL OR e.type = $4)";

    private const string Missed = $"""
        WITH page AS (SELECT e.id, e.created_at {MissedFrom} AND (e.created_at, e.id) > ($5, $6) ORDER BY e.created_at, e.id LIMIT $7)
        SELECT p.created_at, p.id, $8::uuid, e.id, e.type, e.occurred_at, e.payload, e.created_at
        FROM page p LEFT JOIN webhooks.events e ON e.id = p.id AND e.created_at = p.created_at
            AND NOT EXISTS (SELECT FROM webhooks.deliveries w WHERE w.event_id = p.id AND w.subscription_id = $8)
            AND NOT EXISTS (SELECT FROM webhooks.outcomes o WHERE o.event_id = p.id AND o.subscription_id = $8 AND o.outcome NOT IN (2, 4))
            AND NOT EXISTS (SELECT FROM webhooks.fan_out f WHERE f.event_id = p.id)
        ORDER BY p.created_at, p.id
        """;

    public async Task<ReplayPage> RunAsync(ReplayClaim claim, CancellationToken cancellationToken)
    {
        var order = SubscriptionJson.Read<StoredOrder>(claim.Order).ToOrder();
        var cursor = claim.Cursor is null ? new ReplayCursor(order.Since.AddTicks(-10), Guid.Empty) : SubscriptionJson.Read<ReplayCursor>(claim.Cursor);
        long? total = claim.First ? await CountAsync(claim.Tenant, order, cancellationToken) : null;
        var rows = await ReadAsync(claim.Tenant, order, cursor, cancellationToken);
        var replays = new List<Replay>();
        foreach (var row in rows)
        {
            if (row.Event is { } stored && await content.PrepareAsync(row.Subscription, stored, order.Kind == ReplayKind.Missed, cancellationToken) is { MappingError: null } match)
            {
                replays.Add(new Replay(claim.Tenant, stored.Id, row.EventCreatedAt, row.Subscription, DeliveryTrigger.Recover, claim.Id, match.Body));
            }
        }

        var made = await deliveries.EnqueueAsync(replays, cancellationToken);
        var next = rows.Count == 0 ? null : SubscriptionJson.Write(new ReplayCursor(rows[^1].At, rows[^1].Id));
        return new ReplayPage(rows.Count, made.Count, rows.Count < Size, next, total, [.. replays.Select(r => r.Subscription).Distinct()]);
    }

    private async Task<long> CountAsync(TenantId tenant, ReplayOrder order, CancellationToken cancellationToken)
    {
        await using var command = Command(order.Kind == ReplayKind.Ended ? "SELECT count(*) " + EndedFrom : "SELECT count(*) " + MissedFrom, Conditions(tenant, order));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<List<Row>> ReadAsync(TenantId tenant, ReplayOrder order, ReplayCursor cursor, CancellationToken cancellationToken)
    {
        object[] place = order.Kind == ReplayKind.Ended ? [cursor.At, cursor.Id, Size] : [cursor.At, cursor.Id, Size, order.Subscription!.Value.Value];
        await using var command = Command(order.Kind == ReplayKind.Ended ? Ended : Missed, [.. Conditions(tenant, order), .. place]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var stored = reader.IsDBNull(3) ? null
                : new StoredEvent(new EventId(reader.GetGuid(3)), tenant, reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<byte[]>(6));
            rows.Add(new Row(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetGuid(1), new SubscriptionId(reader.GetGuid(2)), stored, stored is null ? default : reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return rows;
    }

    private static object[] Conditions(TenantId tenant, ReplayOrder order) => order.Kind == ReplayKind.Ended
        ? [tenant.Value, order.Since, order.Until, order.Outcomes.Select(o => (short)o).ToArray(), (object?)order.Subscription?.Value ?? DBNull.Value, (object?)order.EventType ?? DBNull.Value]
        : [tenant.Value, order.Since, order.Until, (object?)order.EventType ?? DBNull.Value];

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)context.Database.GetDbConnection(), (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }

    private sealed record ReplayCursor(DateTimeOffset At, Guid Id);

    private readonly record struct Row(DateTimeOffset At, Guid Id, SubscriptionId Subscription, StoredEvent? Event, DateTimeOffset EventCreatedAt);
}
