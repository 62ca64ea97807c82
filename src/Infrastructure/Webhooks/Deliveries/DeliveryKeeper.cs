using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Looks after the tables: partitions ahead of need, none past the retention, nothing held or remembered for ever; counts what waits.</summary>
internal sealed partial class DeliveryKeeper(
    WebhookPartitions partitions,
    DeliveryStore store,
    ISubscriptionDirectory directory,
    DeliveryNodes nodes,
    EndpointBoard board,
    DatabaseClock now,
    DeliveryTally tally,
    NpgsqlDataSource dataSource,
    IOptions<DeliveryOptions> options,
    TimeProvider clock,
    ILogger<DeliveryKeeper> logger) : BackgroundService
{
    private const int MostExpired = 1_000;

    // Up to 500 pages of the table are counted exactly, more is estimated from so many: a count of all would push everything else out of the
    // database's memory, and take half a second of its processors with a million rows.
    private const string CountSql = """
        WITH share AS MATERIALIZED (
            SELECT least(1, 500.0 * current_setting('block_size')::integer / greatest(1, pg_relation_size('webhooks.deliveries')))::double precision AS of_all)
        SELECT lane, round(count(*) / (SELECT of_all FROM share))::bigint
        FROM webhooks.deliveries TABLESAMPLE SYSTEM (100 * (SELECT of_all FROM share)) GROUP BY lane
        """;

    private const string CountEventsSql = "SELECT count(*) FROM (SELECT FROM webhooks.fan_out LIMIT 100000) f";

    private const string EndedJobsSql = "DELETE FROM webhooks.jobs WHERE finished_at < now() - make_interval(days => $1)";

    private const string DeletedSql = "DELETE FROM webhooks.endpoint_state e WHERE NOT EXISTS (SELECT FROM webhooks.subscriptions s WHERE s.id = e.subscription_id)";

    private const string SubscriptionsSql = "SELECT id FROM webhooks.subscriptions";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PartitionPeriod = TimeSpan.FromHours(1);

    private long _partitionsAt;

    /// <summary>One round.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_partitionsAt == 0 || clock.GetElapsedTime(_partitionsAt) >= PartitionPeriod)
        {
            await partitions.EnsureAsync(cancellationToken);
            foreach (var name in await partitions.DropExpiredAsync(options.Value.EventRetentionDays, options.Value.AttemptRetentionDays, cancellationToken))
            {
                LogDropped(name);
            }

            await DropEndedJobsAsync(cancellationToken);
            if (_partitionsAt != 0)
            {
                await ForgetDeletedAsync(cancellationToken); // A process that has just begun remembers nothing.
            }

            _partitionsAt = clock.GetTimestamp();
        }

        await ExpireHeldAsync(cancellationToken);
        await CountAsync(cancellationToken);
    }

    /// <summary>Forgets subscriptions that were deleted. One that is made meanwhile, and forgotten too, comes back with the next look at the queue.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task ForgetDeletedAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeletedSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SubscriptionsSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<SubscriptionId>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(new SubscriptionId(reader.GetGuid(0)));
        }

        board.Forget(known.Contains);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DropEndedJobsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(EndedJobsSql);
        command.Parameters.Add(new NpgsqlParameter { Value = options.Value.JobRetentionDays });
        if (await command.ExecuteNonQueryAsync(cancellationToken) is > 0 and var dropped)
        {
            LogJobsDropped(dropped);
        }
    }

    // For days, both: what an open breaker, the order or a rate kept waiting was due for long when its endpoint was disabled.
    private async Task ExpireHeldAsync(CancellationToken cancellationToken)
    {
        var held = TimeSpan.FromDays(options.Value.HeldDays);
        foreach (var subscription in (await store.DueAsync(cancellationToken)).Where(h => h.Overdue > held && nodes.IsMine(h.Subscription)).Select(h => h.Subscription).Distinct())
        {
            if (await directory.FindAsync(subscription, cancellationToken) is { DisabledAt: { } since } && now.Now - since > held)
            {
                var ended = await store.EndWaitingAsync(subscription, DeliveryOutcome.Expired, "held", held, MostExpired, cancellationToken);
                tally.Ended(DeliveryOutcome.Expired, ended);
                LogExpired(ended, subscription.ToString());
            }
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CountSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CountEventsSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var waiting = new long[LaneShares.Lanes];
        while (await reader.ReadAsync(cancellationToken))
        {
            waiting[reader.GetInt16(0)] = reader.GetInt64(1);
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        tally.Waiting(waiting, reader.GetInt64(0));
    }

    [LoggerMessage(8080, LogLevel.Information, "The partition {Partition} of webhooks is past its retention and was dropped.")]
    private partial void LogDropped(string partition);

    [LoggerMessage(8081, LogLevel.Information, "{Count} deliveries for {Subscription} expired: it was disabled for too long.")]
    private partial void LogExpired(int count, string subscription);

    [LoggerMessage(8083, LogLevel.Information, "{Count} jobs that ended before the retention were removed.")]
    private partial void LogJobsDropped(int count);

    [LoggerMessage(8082, LogLevel.Warning, "The tables of deliveries could not be looked after: {Reason}")]
    private partial void LogFailed(string reason);
}
