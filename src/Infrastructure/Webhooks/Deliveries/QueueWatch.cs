using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Looks at the queue every second: what is due and nobody told of, leases that ran out, which nodes live. This is what makes lost doorbells harmless.
/// </summary>
internal sealed partial class QueueWatch(
    DeliveryStore store,
    EndpointBoard board,
    StateTurns turns,
    ISubscriptionDirectory directory,
    NodeCensus census,
    DeliveryNodes nodes,
    NpgsqlDataSource dataSource,
    DeliveryBells bells,
    DatabaseClock now,
    DeliveryTally tally,
    DeliveryAlerts alerts,
    IOptions<DeliveryOptions> options,
    TimeProvider clock,
    ILogger<QueueWatch> logger) : BackgroundService
{
    private const string LookSql = """
        WITH here AS (
            INSERT INTO webhooks.dispatchers (node_id, seen_at) VALUES ($1, clock_timestamp())
            ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at),
        gone AS (
            DELETE FROM webhooks.dispatchers WHERE seen_at < now() - interval '1 hour')
        SELECT clock_timestamp(), ARRAY(SELECT node_id FROM webhooks.dispatchers WHERE seen_at > clock_timestamp() - $2 AND node_id <> $1),
               EXISTS (SELECT FROM webhooks.fan_out WHERE due_at <= now())
        """;

    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    // A node that has not looked for so long is taken for dead; if it only stood still, leases keep it from doing harm.
    private readonly TimeSpan _silence = TimeSpan.FromMilliseconds(Math.Max(5_000, 5 * options.Value.SweepMilliseconds));
    private bool _away;

    /// <summary>One look.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (await ReadNodesAsync(cancellationToken))
        {
            bells.FanOut.Ring();
        }

        await ReclaimAsync(cancellationToken);
        var (oldest, missed) = (TimeSpan.Zero, 0);
        var heads = await store.DueAsync(cancellationToken);
        foreach (var head in heads)
        {
            if (!nodes.IsMine(head.Subscription))
            {
                continue;
            }

            await ResumeAsync(head.Subscription, cancellationToken);
            missed += board.Mark(head.Subscription, head.Lane, crowd: heads.Count > EndpointBoard.Many) ? 1 : 0;
            if (head.Overdue > oldest && await directory.FindAsync(head.Subscription, cancellationToken) is { Enabled: true } && board.MayCall(head.Subscription, now.Now))
            {
                oldest = head.Overdue;
            }
        }

        await BeginAnewAsync(cancellationToken);
        tally.OldestDue(oldest);
        await StoreStatesAsync(cancellationToken);
        if (missed > 0)
        {
            tally.Missed(missed);
        }

        bells.Dispatch.Ring(); // Also for those whose rest is over.
    }

    /// <summary>Says that this node delivers no more, so that the others take over at once.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var command = dataSource.CreateCommand("DELETE FROM webhooks.dispatchers WHERE node_id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = census.Self });
            await command.ExecuteNonQueryAsync(cancellationToken).WaitAsync(LeaveLimit, clock, cancellationToken);
        }
        catch (Exception e) when (Outage.Is(e) || e is PostgresException or OperationCanceledException)
        {
            // They find out by its silence.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.SweepMilliseconds), clock);
        try
        {
            do
            {
                try
                {
                    await LookAsync(stoppingToken);
                    _away = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!_away)
                    {
                        LogFailed(e.Message);
                    }

                    _away = true;
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    // It was enabled after its 410, or leads elsewhere now.
    private async Task ResumeAsync(SubscriptionId id, CancellationToken cancellationToken)
    {
        if (board.GoneVersion(id) is { } version && await directory.FindAsync(id, cancellationToken) is { Enabled: true } target && target.Version > version)
        {
            board.Resume(id);
        }
    }

    // One that is disabled, and perhaps enabled again before anything is due for it or its breaker lets anything through.
    private async Task BeginAnewAsync(CancellationToken cancellationToken)
    {
        foreach (var id in board.Failing())
        {
            if (await directory.FindAsync(id, cancellationToken) is not { Enabled: true })
            {
                board.BeginAnew(id);
            }
        }
    }

    private async Task<bool> ReadNodesAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LookSql);
        command.Parameters.Add(new NpgsqlParameter { Value = census.Self });
        command.Parameters.Add(new NpgsqlParameter { Value = _silence });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        now.Set(reader.GetFieldValue<DateTimeOffset>(0));
        nodes.Set(census.Self, [.. reader.GetFieldValue<Guid[]>(1), census.Self]);
        if (nodes.Several)
        {
            board.Forget(nodes.IsMine); // At every look: what is under way for another node's endpoint keeps it here until it ends.
        }

        return reader.GetBoolean(2);
    }

    // Those that no result takes along.
    private Task<int> StoreStatesAsync(CancellationToken cancellationToken) => turns.StoreAsync(async states =>
    {
        if (states.Count == 0)
        {
            return 0;
        }

        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(EndpointStateSql.Write([.. states.OrderBy(s => s.Id.Value)]));
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    });

    private async Task ReclaimAsync(CancellationToken cancellationToken)
    {
        var reclaimed = await store.ReclaimAsync(options.Value.MaxClaims, cancellationToken);
        if (reclaimed.Back.Count > 0)
        {
            LogReclaimed(reclaimed.Back.Count);
            tally.Reclaimed(reclaimed.Back.Count);
        }

        if (reclaimed.Poisoned.Count > 0)
        {
            tally.Ended(DeliveryOutcome.Quarantined, reclaimed.Poisoned.Count);
            foreach (var (tenant, subscription) in reclaimed.Poisoned.Distinct())
            {
                alerts.Quarantined(tenant, subscription);
            }
        }
    }

    [LoggerMessage(8050, LogLevel.Warning, "The queue of deliveries cannot be looked at: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(8051, LogLevel.Warning, "{Count} leases of deliveries ran out and were taken back.")]
    private partial void LogReclaimed(int count);
}
