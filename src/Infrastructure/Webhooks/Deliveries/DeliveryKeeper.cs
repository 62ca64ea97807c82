using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Looks after the tables: partitions ahead of need, none past the retention, nothing held for ever; counts what waits.</summary>
internal sealed partial class DeliveryKeeper(
    WebhookPartitions partitions,
    DeliveryStore store,
    ISubscriptionDirectory directory,
    DeliveryNodes nodes,
    DeliveryTally tally,
    NpgsqlDataSource dataSource,
    IOptions<DeliveryOptions> options,
    TimeProvider clock,
    ILogger<DeliveryKeeper> logger) : BackgroundService
{
    private const int MostExpired = 1_000;

    private const string CountSql = """
        SELECT (SELECT count(*) FROM webhooks.deliveries WHERE lane = 0), (SELECT count(*) FROM webhooks.deliveries WHERE lane = 1),
               (SELECT count(*) FROM webhooks.deliveries WHERE lane = 2), (SELECT count(*) FROM webhooks.fan_out)
        """;

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

            _partitionsAt = clock.GetTimestamp();
        }

        await ExpireHeldAsync(cancellationToken);
        await CountAsync(cancellationToken);
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

    // What has been due for days was held: an endpoint that is called has nothing that old.
    private async Task ExpireHeldAsync(CancellationToken cancellationToken)
    {
        var held = TimeSpan.FromDays(options.Value.HeldDays);
        foreach (var subscription in (await store.DueAsync(cancellationToken)).Where(h => h.Overdue > held && nodes.IsMine(h.Subscription)).Select(h => h.Subscription).Distinct())
        {
            if (await directory.FindAsync(subscription, cancellationToken) is { Enabled: false })
            {
                var ended = await store.EndWaitingAsync(subscription, DeliveryOutcome.Expired, "held", held, MostExpired, cancellationToken);
                tally.Ended(DeliveryOutcome.Expired, ended);
                LogExpired(ended, subscription.ToString());
            }
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CountSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        tally.Waiting([reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)], reader.GetInt64(3));
    }

    [LoggerMessage(8080, LogLevel.Information, "The partition {Partition} of webhooks is past its retention and was dropped.")]
    private partial void LogDropped(string partition);

    [LoggerMessage(8081, LogLevel.Information, "{Count} deliveries for {Subscription} expired: it was disabled for too long.")]
    private partial void LogExpired(int count, string subscription);

    [LoggerMessage(8082, LogLevel.Warning, "The tables of deliveries could not be looked after: {Reason}")]
    private partial void LogFailed(string reason);
}
