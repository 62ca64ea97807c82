using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Writes many results in one statement. A result whose lease was lost changes nothing but the log, where it is marked as late; a late 2xx ends
/// the delivery if nobody holds it just then. Tokens are compared through <c>coalesce</c>, which keeps the planner to the ids: of a table that was
/// empty when it was last looked at, it expects one row, and would take the indexes of all that waits and of all that is leased instead.
/// </summary>
internal static class ResultSql
{
    // The columns of a result, as the statement reads them: name, type, value.
    private static readonly (string Name, string Type, Func<IReadOnlyList<DeliveryResult>, object> Values)[] Columns =
    [
        ("id", "uuid", r => r.Select(x => x.Lease.Id.Value).ToArray()),
        ("token", "bigint", r => r.Select(x => x.Lease.Token).ToArray()),
        ("kind", "smallint", r => r.Select(x => (short)x.Kind).ToArray()),
        ("attempt", "integer", r => r.Select(x => x.Attempt).ToArray()),
        ("claims", "smallint", r => r.Select(x => (short)x.Claims).ToArray()),
        ("lane", "smallint", r => r.Select(x => (short)x.Lane).ToArray()),
        ("wait", "double precision", r => r.Select(x => x.Wait?.TotalSeconds).ToArray()),
        ("outcome", "smallint", r => r.Select(x => (short)x.Outcome).ToArray()),
        ("reason", "text", r => r.Select(x => x.Reason).ToArray()),
        ("logged", "boolean", r => r.Select(x => x.Report is not null).ToArray()),
        ("made", "integer", r => r.Select(x => x.Lease.Attempt + 1).ToArray()),
        ("counted", "boolean", r => r.Select(x => x.Counted).ToArray()),
        ("class", "smallint", r => r.Select(x => (short)(x.Report?.Class ?? 0)).ToArray()),
        ("status", "integer", r => r.Select(x => x.Report?.Status).ToArray()),
        ("total_ms", "real", r => r.Select(x => (float)(x.Report?.Timings.Total ?? 0)).ToArray()),
        ("dns_ms", "real", r => r.Select(x => (float?)x.Report?.Timings.Dns).ToArray()),
        ("connect_ms", "real", r => r.Select(x => (float?)x.Report?.Timings.Connect).ToArray()),
        ("tls_ms", "real", r => r.Select(x => (float?)x.Report?.Timings.Tls).ToArray()),
        ("first_byte_ms", "real", r => r.Select(x => (float?)x.Report?.Timings.FirstByte).ToArray()),
        ("error", "text", r => r.Select(x => Text(x.Report?.Error)).ToArray()),
        ("address", "text", r => r.Select(x => Text(x.Report?.Address)).ToArray()),
        ("url", "text", r => r.Select(x => Text(x.Url)).ToArray()),
        ("request_headers", "text", r => r.Select(x => Json(x.Report?.RequestHeaders)).ToArray()),
        ("response_headers", "text", r => r.Select(x => Json(x.Report?.ResponseHeaders)).ToArray()),
        ("response_head", "bytea", r => r.Select(x => x.Report?.ResponseHead ?? []).ToArray()),
        ("truncated", "boolean", r => r.Select(x => x.Report?.ResponseTruncated ?? false).ToArray()),
        ("event", "uuid", r => r.Select(x => x.Lease.Event.Value).ToArray()),
        ("tenant", "uuid", r => r.Select(x => x.Lease.Tenant.Value).ToArray()),
        ("subscription", "uuid", r => r.Select(x => x.Lease.Subscription.Value).ToArray()),
        ("event_type", "text", r => r.Select(x => x.Lease.EventType).ToArray()),
        ("trigger", "smallint", r => r.Select(x => (short)x.Lease.Trigger).ToArray()),
    ];

    private static readonly string Statement = $"""
        WITH r AS MATERIALIZED (
            SELECT * FROM unnest({string.Join(", ", Columns.Select((c, i) => $"${i + 1}::{c.Type}[]"))}) AS r({string.Join(", ", Columns.Select(c => c.Name))})),
        ended AS (
            DELETE FROM webhooks.deliveries d USING r
            WHERE d.id = ANY($1) AND d.id = r.id AND r.kind = 0 AND coalesce(d.lease_token, CASE WHEN r.logged AND r.outcome = 0 THEN r.token END) = r.token
            RETURNING d.*, r.token, r.attempt AS attempts, r.outcome, r.reason, r.status),
        again AS (
            UPDATE webhooks.deliveries d
            SET lease_token = NULL, lease_until = NULL, attempt = r.attempt, claims = r.claims, lane = r.lane, next_reason = r.reason,
                next_at = CASE WHEN r.wait IS NULL THEN d.next_at ELSE now() + make_interval(secs => r.wait) END,
                uncounted_since = CASE WHEN NOT r.logged THEN d.uncounted_since WHEN NOT (r.counted OR r.class = {(short)AttemptClass.Gone}) THEN coalesce(d.uncounted_since, clock_timestamp()) END
            FROM r WHERE d.id = ANY($1) AND d.id = r.id AND r.kind = 1 AND coalesce(d.lease_token, 0) = r.token
            RETURNING d.id, r.token),
        outcome AS (
            INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, job_id, attempts, replay_no, last_status, outcome, trigger, event_type, reason)
            SELECT created_at, event_created_at, id, event_id, tenant_id, subscription_id, job_id, attempts, replay_no, status, outcome, trigger, event_type, reason FROM ended),
        held AS MATERIALIZED (
            SELECT id, token FROM ended WHERE lease_token = token UNION ALL SELECT id, token FROM again),
        log AS (
            INSERT INTO webhooks.attempts (started_at, next_at, delivery_id, event_id, tenant_id, subscription_id, attempt, status, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms,
                trigger, class, counted, late, response_truncated, event_type, error, address, url, next_reason, request_headers, response_headers, response_head)
            SELECT clock_timestamp() - make_interval(secs => r.total_ms / 1000.0), CASE WHEN r.kind = 1 THEN now() + make_interval(secs => coalesce(r.wait, 0)) END,
                r.id, r.event, r.tenant, r.subscription, r.made, r.status, r.dns_ms, r.connect_ms, r.tls_ms, r.first_byte_ms, r.total_ms,
                r.trigger, r.class, r.counted, h.id IS NULL, r.truncated, r.event_type, r.error, r.address, r.url, r.reason, r.request_headers::jsonb, r.response_headers::jsonb, r.response_head
            FROM r LEFT JOIN held h ON h.id = r.id AND h.token = r.token WHERE r.logged)
        SELECT id, token FROM held
        """;

    /// <summary>The statement for some results; returns id and token of those whose lease still held.</summary>
    /// <param name="results">The results.</param>
    public static NpgsqlBatchCommand Write(IReadOnlyList<DeliveryResult> results)
    {
        var command = new NpgsqlBatchCommand(Statement);
        foreach (var column in Columns)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = column.Values(results) });
        }

        return command;
    }

    /// <summary>The same result without what an endpoint said: the log may be what the database refuses.</summary>
    /// <param name="report">The report.</param>
    public static AttemptReport? Bare(AttemptReport? report) =>
        report is null ? null : report with { Error = "The details could not be stored.", RequestHeaders = "{}", ResponseHeaders = "{}", ResponseHead = [] };

    /// <summary>A text as PostgreSQL takes it: without NUL.</summary>
    /// <param name="text">The text.</param>
    public static string? Text(string? text) => text?.Replace("\0", "", StringComparison.Ordinal);

    /// <summary>A JSON object as PostgreSQL takes it; empty for none.</summary>
    /// <param name="json">The object.</param>
    public static string Json(string? json) => string.IsNullOrEmpty(json) ? "{}" : json.Replace("\\u0000", "", StringComparison.Ordinal);
}
