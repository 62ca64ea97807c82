using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Domain.Webhooks.Deliveries;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Writes tests of endpoints where deliveries and attempts are read from. They never were in the queue, and their attempts count for nothing.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="partitions">Makes the day's partitions when they are missing.</param>
internal sealed class TestLog(NpgsqlDataSource dataSource, WebhookPartitions partitions) : ITestLog
{
    private const string Sql = """
        WITH attempt AS (
            INSERT INTO webhooks.attempts (started_at, delivery_id, event_id, tenant_id, subscription_id, attempt, status, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms,
                trigger, class, counted, late, response_truncated, event_type, error, address, url, request_headers, response_headers, response_head)
            VALUES (clock_timestamp() - make_interval(secs => $1::real / 1000.0), $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $1, $11, $12, false, false, $13, $14, $15, $16, $17, $18::jsonb, $19::jsonb, $20))
        INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, last_status, outcome, trigger, event_type, reason)
        VALUES (now(), now(), $2, $3, $4, $5, 0, 0, $6, $21, $11, $14, 'test')
        """;

    /// <inheritdoc/>
    public async Task RecordAsync(SubscriptionTarget target, WebhookMessage message, AttemptReport report, bool passed, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(target, message, report, passed, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CheckViolation)
        {
            await partitions.EnsureAsync(cancellationToken);
            await WriteAsync(target, message, report, passed, cancellationToken);
        }
        catch (PostgresException e) when (!Outage.Is(e))
        {
            // What the endpoint said is what the database refuses.
            await WriteAsync(target, message, ResultSql.Bare(report)!, passed, cancellationToken);
        }
    }

    private async Task WriteAsync(SubscriptionTarget target, WebhookMessage message, AttemptReport report, bool passed, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        object?[] values =
        [
            (float)report.Timings.Total, message.DeliveryId.Value, message.EventId.Value, target.Tenant.Value, target.Id.Value, report.Status, (float?)report.Timings.Dns,
            (float?)report.Timings.Connect, (float?)report.Timings.Tls, (float?)report.Timings.FirstByte, (short)DeliveryTrigger.Test, (short)report.Class, report.ResponseTruncated,
            message.EventType, ResultSql.Text(report.Error), ResultSql.Text(report.Address), target.Url.GetLeftPart(UriPartial.Path), ResultSql.Json(report.RequestHeaders),
            ResultSql.Json(report.ResponseHeaders), report.ResponseHead, (short)(passed ? DeliveryOutcome.Delivered : DeliveryOutcome.Failed),
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
