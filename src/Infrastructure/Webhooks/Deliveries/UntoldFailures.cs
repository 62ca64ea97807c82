using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = DataHub.Domain.Webhooks.Events.EventId;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Finds deliveries that ended badly and of which nobody was told: the process that ended them died with what it had to tell, or had too much of it.
/// The outcomes are the record; when an endpoint was last told of is kept beside them.
/// </summary>
internal sealed partial class UntoldFailures(NpgsqlDataSource dataSource, DeliveryNodes nodes, DeliveryAlerts alerts, TimeProvider clock, ILogger<UntoldFailures> logger) : BackgroundService
{
    // The first seconds belong to the node that ended them. One word stands for the failures of the hour after it.
    private const string Sql = """
        SELECT DISTINCT ON (o.subscription_id, o.outcome) o.tenant_id, o.subscription_id, o.outcome, o.delivery_id, o.event_id, o.event_type, o.last_status
        FROM webhooks.outcomes o JOIN webhooks.subscriptions b ON b.id = o.subscription_id LEFT JOIN webhooks.endpoint_state s ON s.subscription_id = o.subscription_id
        WHERE o.outcome IN (1, 3) AND o.trigger <> 3 AND o.finished_at BETWEEN now() - interval '1 day' AND now() - make_interval(secs => $1)
            AND coalesce(CASE o.outcome WHEN 1 THEN s.exhausted_told_at ELSE s.quarantined_told_at END, '-infinity') < o.finished_at - interval '1 hour'
        ORDER BY o.subscription_id, o.outcome, o.finished_at LIMIT 1000
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Looks once, and hands on what is found.</summary>
    /// <param name="grace">How long ago a delivery ended at least.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunOnceAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter { Value = grace.TotalSeconds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var subscription = new SubscriptionId(reader.GetGuid(1));
            if (nodes.IsMine(subscription))
            {
                var delivery = new AlertedDelivery(new DeliveryId(reader.GetGuid(3)), new EventId(reader.GetGuid(4)), reader.GetString(5), reader.IsDBNull(6) ? "" : $"{reader.GetInt32(6)}");
                var kind = reader.GetInt16(2) == (short)DeliveryOutcome.Failed ? AlertKind.Exhausted : AlertKind.Quarantined;
                alerts.Untold(new DeliveryAlert(kind, new TenantId(reader.GetGuid(0)), subscription, delivery));
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(Grace, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(8033, LogLevel.Warning, "Deliveries that nobody was told of could not be looked for: {Reason}")]
    private partial void LogFailed(string reason);
}
