using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Doorbells;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Puts replays into the queue and lets go what waits, in the transaction of the running command.</summary>
/// <param name="context">The context of the command.</param>
/// <param name="doorbell">Rings after the commit.</param>
/// <param name="ids">Makes ids.</param>
internal sealed class DeliveryEnqueuer(DataHubDbContext context, IDoorbell doorbell, IIdSource ids) : IDeliveries
{
    // A replay has the number after the last one that ended; one that waits already has that number, and stays.
    private const string EnqueueSql = """
        INSERT INTO webhooks.deliveries (id, event_id, event_created_at, tenant_id, subscription_id, lane, trigger, replay_no, job_id, event_type, body)
        SELECT n.id, n.event, n.at, n.tenant, n.subscription, 2, n.trigger,
               coalesce((SELECT max(o.replay_no) + 1 FROM webhooks.outcomes o WHERE o.event_id = n.event AND o.subscription_id = n.subscription), 1),
               n.job, e.type, n.body
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::smallint[], $7::uuid[], $8::bytea[])
            AS n(id, event, at, tenant, subscription, trigger, job, body),
            LATERAL (SELECT type FROM webhooks.events WHERE id = n.event AND created_at = n.at LIMIT 1) e
        ON CONFLICT (event_id, subscription_id, replay_no) DO NOTHING
        RETURNING id
        """;

    // What a node remembers of it begins anew when that sees that it is disabled; this is for what none remembers.
    private const string BeginAnewSql = """
        UPDATE webhooks.endpoint_state SET failures_since = NULL, first_failure_at = NULL, last_failure_at = NULL, failures = 0, warned = 0
        WHERE subscription_id = $1 AND failures > 0
        """;

    // No such wait is longer, so that of a long queue only its nearest part is looked at.
    private const string ReleaseSql = """
        UPDATE webhooks.deliveries SET next_at = now()
        WHERE subscription_id = $1 AND lane = ANY('{0,1,2}') AND lease_token IS NULL AND next_reason = 'gone' AND next_at > now() AND next_at < now() + interval '5 min'
        """;

    /// <inheritdoc/>
    public async Task ResumeAsync(SubscriptionId subscription, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            // Deliveries first, as those who write results do.
            await using var batch = new NpgsqlBatch((NpgsqlConnection)context.Database.GetDbConnection(), (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction());
            foreach (var sql in (string[])[ReleaseSql, BeginAnewSql])
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter { Value = subscription.Value } } });
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeliveryId>> EnqueueAsync(IReadOnlyList<Replay> replays, CancellationToken cancellationToken)
    {
        if (replays.Count == 0)
        {
            return [];
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(EnqueueSql, (NpgsqlConnection)context.Database.GetDbConnection(), (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction());
            Add(replays.Select(_ => ids.NewId()).ToArray());
            Add(replays.Select(r => r.Event.Value).ToArray());
            Add(replays.Select(r => r.EventCreatedAt.ToUniversalTime()).ToArray());
            Add(replays.Select(r => r.Tenant.Value).ToArray());
            Add(replays.Select(r => r.Subscription.Value).ToArray());
            Add(replays.Select(r => (short)r.Trigger).ToArray());
            Add(replays.Select(r => r.Job).ToArray());
            Add(replays.Select(r => r.Body).ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var made = new List<DeliveryId>();
            while (await reader.ReadAsync(cancellationToken))
            {
                made.Add(new DeliveryId(reader.GetGuid(0)));
            }

            return made;

            void Add(object value) => command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    /// <inheritdoc/>
    public void Ring(IReadOnlyCollection<SubscriptionId> subscriptions) => doorbell.Ring(subscriptions, DeliveryLane.Replay);

    /// <inheritdoc/>
    public void RingFanOut() => doorbell.RingFanOut();
}
