using System.Text;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Replays;

/// <summary>Reads what waits from the queue and what has ended from the log, as one list.</summary>
internal sealed class DeliveryReader(DataHubDbContext context, NpgsqlDataSource database) : IDeliveryReader
{
    // The state is a number of its own: 0 to 2 while it waits, then 3 and the outcome.
    private const string Queue = """
        SELECT d.id, d.tenant_id, d.created_at AS at, d.event_id, d.event_type, d.subscription_id, d.trigger, d.replay_no, d.job_id, d.attempt AS attempts, d.next_at, d.next_reason AS reason,
            NULL::int AS last_status, d.created_at, NULL::timestamptz AS finished_at,
            CASE WHEN d.lease_token IS NOT NULL THEN 1
                 WHEN EXISTS (SELECT FROM webhooks.subscriptions s WHERE s.id = d.subscription_id AND s.disabled_at IS NOT NULL) THEN 2 ELSE 0 END AS state
        FROM webhooks.deliveries d
        """;

    private const string Log = """
        SELECT o.delivery_id AS id, o.tenant_id, o.finished_at AS at, o.event_id, o.event_type, o.subscription_id, o.trigger, o.replay_no, o.job_id, o.attempts, NULL::timestamptz AS next_at, o.reason,
            o.last_status, o.created_at, o.finished_at, 3 + o.outcome AS state
        FROM webhooks.outcomes o
        """;

    private const string Both = $"({Queue} UNION ALL {Log}) t";

    private const string Columns = "SELECT t.id, t.event_id, t.event_type, t.subscription_id, t.state, t.trigger, t.replay_no, t.job_id, t.attempts, t.next_at, t.reason, t.last_status, t.created_at, t.finished_at FROM " + Both;

    // Lists go by uuids; this one keeps the order of the numbers.
    private const string AttemptKey = "lpad(to_hex(id), 32, '0')::uuid";

    private static readonly Dictionary<string, SortField> Sorts = new() { ["createdAt"] = new("t.at", "timestamptz") };
    private static readonly Dictionary<string, SortField> AttemptSorts = new() { ["startedAt"] = new("t.started_at", "timestamptz") };

    public Task<Page<DeliveryView>> ListAsync(DeliveryFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        // A state stands in one of the two only: the other would be walked from end to end to find that it holds none.
        var from = filter.State switch
        {
            null => Both,
            DeliveryState.Waiting or DeliveryState.Sending or DeliveryState.Held => $"({Queue}) t",
            _ => $"({Log}) t",
        };
        var query = new KeysetSql(from, Sorts)
            .Where("t.subscription_id = {0}", filter.Subscription?.Value)
            .Where("t.event_id = {0}", filter.Event?.Value)
            .Where("t.event_type = {0}", filter.Type)
            .Where("t.state = {0}", (int?)filter.State)
            .Where("t.job_id = {0}", filter.Job?.Value)
            .Where("t.at >= {0}", filter.From?.ToUniversalTime())
            .Where("t.at < {0}", filter.To?.ToUniversalTime());
        return query.ReadAsync(context, list, ids => ReadAsync(ids, cancellationToken), view => EntityId.TryParse<DeliveryId>(view.Id, out var id) ? id.Value : default, cancellationToken);
    }

    public async Task<DeliveryView?> FindAsync(DeliveryId id, CancellationToken cancellationToken) => (await ReadAsync([id.Value], cancellationToken)).FirstOrDefault();

    public async Task<Page<AttemptView>> ListAttemptsAsync(DeliveryId id, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql($"(SELECT {AttemptKey} AS id, tenant_id, delivery_id, started_at FROM webhooks.attempts) t", AttemptSorts).Where("t.delivery_id = {0}", id.Value);
        var page = await query.ReadAsync(context, list, ids => ReadAttemptsAsync(id, ids, cancellationToken), attempt => attempt.Id, cancellationToken);
        return new Page<AttemptView>([.. page.Items.Select(a => a.View)], page.NextCursor);
    }

    public async Task<(StoredEvent Event, DateTimeOffset CreatedAt)?> FindEventAsync(EventId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT tenant_id, type, occurred_at, payload, created_at FROM webhooks.events WHERE id = $1 AND {context.Tenancy.Condition()}");
        command.Parameters.AddWithValue(id.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new StoredEvent(id, new TenantId(reader.GetGuid(0)), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<byte[]>(3)), reader.GetFieldValue<DateTimeOffset>(4))
            : null;
    }

    private async Task<List<(Guid Id, AttemptView View)>> ReadAttemptsAsync(DeliveryId delivery, List<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT attempt, trigger, class, status, error, url, address, counted, late, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, request_headers::text, response_headers::text,
                response_head, response_truncated, started_at, next_at, next_reason, {AttemptKey}
            FROM webhooks.attempts WHERE delivery_id = $1 AND {AttemptKey} = ANY ($2) AND {context.Tenancy.Condition()}
            """);
        command.Parameters.AddWithValue(delivery.Value);
        command.Parameters.AddWithValue(ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var attempts = new List<(Guid, AttemptView)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            attempts.Add((reader.GetGuid(21), new AttemptView(
                reader.GetInt32(0), (DeliveryTrigger)reader.GetInt16(1), (AttemptClass)reader.GetInt16(2), reader.IsDBNull(3) ? null : reader.GetInt32(3), Text(reader, 4), Text(reader, 5), Text(reader, 6),
                reader.GetBoolean(7), reader.GetBoolean(8), new TimingsView(Number(reader, 9), Number(reader, 10), Number(reader, 11), Number(reader, 12), Number(reader, 13) ?? 0),
                JsonElement.Parse(reader.GetString(14)), JsonElement.Parse(reader.GetString(15)), Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(16)), reader.GetBoolean(17),
                reader.GetFieldValue<DateTimeOffset>(18), Instant(reader, 19), Text(reader, 20))));
        }

        return attempts;
    }

    private async Task<List<DeliveryView>> ReadAsync(List<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns} WHERE t.id = ANY ($1) AND {context.Tenancy.Condition("t.tenant_id")}");
        command.Parameters.AddWithValue(ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, DeliveryView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var view = new DeliveryView(
                EntityId.Format(DeliveryId.Prefix, reader.GetGuid(0)), EntityId.Format(EventId.Prefix, reader.GetGuid(1)), reader.GetString(2), EntityId.Format(SubscriptionId.Prefix, reader.GetGuid(3)),
                (DeliveryState)reader.GetInt32(4), (DeliveryTrigger)reader.GetInt16(5), reader.GetInt32(6), reader.IsDBNull(7) ? null : EntityId.Format(ReplayJobId.Prefix, reader.GetGuid(7)),
                reader.GetInt32(8), Instant(reader, 9), Text(reader, 10), reader.IsDBNull(11) ? null : reader.GetInt32(11), reader.GetFieldValue<DateTimeOffset>(12), Instant(reader, 13));

            // One that is ending right now is in neither list or in both for nobody: the two are changed in one transaction, and read in one statement.
            found[reader.GetGuid(0)] = view;
        }

        return [.. found.Values];
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Math.Round(reader.GetFloat(column), 2);

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
