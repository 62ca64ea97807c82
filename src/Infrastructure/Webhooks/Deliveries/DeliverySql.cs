namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// The statements on <c>webhooks.deliveries</c>. Rows to change are chosen by <c>id = ANY(ARRAY(…))</c>: joined to a sub-select with a limit,
/// a generic plan would scan the table. Every write after a claim names the token of its lease.
/// </summary>
internal static class DeliverySql
{
    /// <summary>
    /// First in the transaction of a claim or of results. Lost with the server, they cost a repetition, never a delivery: no need to wait for the disk. And
    /// nothing is compiled: the planner takes limits that it cannot see for large, and would compile a claim of milliseconds for a quarter of a second.
    /// </summary>
    public const string Relaxed = "SELECT set_config('synchronous_commit', 'off', true), set_config('jit', 'off', true)";

    private const string Taken = """
        UPDATE webhooks.deliveries d
        SET lease_token = (SELECT token FROM lease), lease_until = clock_timestamp() + $1, claims = d.claims + 1
        """;

    // The limit keeps the planner from turning the look-up into a join over all events.
    private const string Returned = """
        RETURNING d.*)
        SELECT c.id, c.lease_token, c.event_id, c.event_created_at, c.event_type, c.tenant_id, c.subscription_id, c.lane, c.trigger, c.attempt, c.claims,
               clock_timestamp() - c.created_at, coalesce(clock_timestamp() - c.uncounted_since, interval '0'), coalesce(c.body, e.payload)
        FROM claimed c LEFT JOIN LATERAL (
            SELECT payload FROM webhooks.events WHERE c.body IS NULL AND id = c.event_id AND created_at = c.event_created_at LIMIT 1) e ON true
        ORDER BY c.next_at, c.event_id
        """;

    /// <summary>$1 lease, $2 endpoints, $3 lanes, $4 most of each, $5 room of each.</summary>
    public const string Claim = $"""
        WITH lease AS MATERIALIZED (SELECT nextval('webhooks.lease_tokens') AS token),
        claimed AS (
        {Taken}
        WHERE d.id = ANY(ARRAY(
            SELECT x.id FROM unnest($2::uuid[], $3::smallint[], $4::integer[], $5::integer[]) AS e(endpoint, lane, most, room), LATERAL (
                SELECT id FROM webhooks.deliveries
                WHERE subscription_id = e.endpoint AND lane = e.lane AND lease_token IS NULL AND next_at <= now()
                ORDER BY next_at
                LIMIT greatest(0, least(e.most, e.room - (
                    SELECT count(*) FROM webhooks.deliveries l WHERE l.subscription_id = e.endpoint AND l.lease_token IS NOT NULL)))
                FOR UPDATE SKIP LOCKED) x))
        {Returned}
        """;

    /// <summary>$1 endpoints. Before <see cref="ClaimFifo"/>, in its transaction: two nodes that take one endpoint for theirs take turns.</summary>
    public const string LockFifo = "SELECT pg_advisory_xact_lock(hashtextextended(e::text, 5)) FROM unnest($1::uuid[]) AS e ORDER BY e";

    /// <summary>$1 lease, $2 endpoints. The oldest event of each, unless one is under way or an older event is not fanned out yet.</summary>
    public const string ClaimFifo = $"""
        WITH lease AS MATERIALIZED (SELECT nextval('webhooks.lease_tokens') AS token),
        claimed AS (
        {Taken}
        WHERE d.id = ANY(ARRAY(
            SELECT x.id FROM unnest($2::uuid[]) AS e(endpoint), LATERAL (
                SELECT h.id FROM webhooks.deliveries h
                WHERE h.subscription_id = e.endpoint AND h.lease_token IS NULL AND h.next_at <= now()
                    AND NOT EXISTS (SELECT FROM webhooks.deliveries l WHERE l.subscription_id = e.endpoint AND l.lease_token IS NOT NULL)
                    AND NOT EXISTS (SELECT FROM webhooks.fan_out f
                        WHERE f.tenant_id = h.tenant_id AND f.failures < 5 AND (f.event_created_at, f.event_id) < (h.event_created_at, h.event_id))
                ORDER BY h.lane, h.next_at, h.event_id LIMIT 1 FOR UPDATE) x))
        {Returned}
        """;

    /// <summary>$1 ids, $2 tokens, $3 lease.</summary>
    public const string Heartbeat = """
        UPDATE webhooks.deliveries d SET lease_until = clock_timestamp() + $3
        FROM unnest($1::uuid[], $2::bigint[]) AS r(id, token)
        WHERE d.id = ANY($1) AND d.id = r.id AND coalesce(d.lease_token, 0) = r.token
        RETURNING d.id
        """;

    /// <summary>
    /// $1 claims without an attempt that are enough. Leases that ran out are taken back; what breaks dispatchers again and again ends. In the order of the
    /// index of leases: in any other, a planner that knows nothing of the table yet looks through all that waits.
    /// </summary>
    public const string Reclaim = """
        WITH expired AS MATERIALIZED (
            SELECT id, claims FROM webhooks.deliveries WHERE lease_token IS NOT NULL AND lease_until < now()
            ORDER BY subscription_id, lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED),
        poison AS (
            DELETE FROM webhooks.deliveries WHERE id = ANY(ARRAY(SELECT id FROM expired WHERE claims >= $1)) RETURNING *),
        back AS (
            UPDATE webhooks.deliveries SET lease_token = NULL, lease_until = NULL
            WHERE id = ANY(ARRAY(SELECT id FROM expired WHERE claims < $1)) RETURNING subscription_id),
        ended AS (
            INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, job_id, attempts, replay_no, outcome, trigger, event_type, reason)
            SELECT created_at, event_created_at, id, event_id, tenant_id, subscription_id, job_id, attempt, replay_no, 3, trigger, event_type, 'claims' FROM poison)
        SELECT subscription_id, tenant_id, false FROM (SELECT subscription_id, NULL::uuid AS tenant_id FROM back) b
        UNION ALL SELECT subscription_id, tenant_id, true FROM poison
        """;

    /// <summary>
    /// The first waiting delivery of each endpoint and lane that is due, by hopping along the index: the cost grows with the endpoints, not with what waits.
    /// </summary>
    public const string Due = """
        WITH RECURSIVE heads AS (
            (SELECT subscription_id, lane, next_at FROM webhooks.deliveries WHERE lease_token IS NULL ORDER BY subscription_id, lane, next_at LIMIT 1)
            UNION ALL
            SELECT n.subscription_id, n.lane, n.next_at FROM heads h, LATERAL (
                SELECT subscription_id, lane, next_at FROM webhooks.deliveries
                WHERE lease_token IS NULL AND (subscription_id, lane) > (h.subscription_id, h.lane)
                ORDER BY subscription_id, lane, next_at LIMIT 1) n)
        SELECT subscription_id, lane, now() - next_at FROM heads WHERE next_at <= now()
        """;

    /// <summary>$1 endpoint, $2 outcome, $3 reason, $4 only what was due longer ago, $5 most. Ends what waits for an endpoint that gets nothing any more.</summary>
    public const string EndWaiting = """
        WITH gone AS (
            DELETE FROM webhooks.deliveries WHERE id = ANY(ARRAY(
                SELECT x.id FROM unnest(ARRAY[0, 1, 2]::smallint[]) AS l(lane), LATERAL (
                    SELECT id FROM webhooks.deliveries
                    WHERE subscription_id = $1 AND lane = l.lane AND lease_token IS NULL AND next_at <= now() - $4
                    ORDER BY next_at LIMIT $5 FOR UPDATE SKIP LOCKED) x))
            RETURNING *)
        INSERT INTO webhooks.outcomes (created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, job_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT created_at, event_created_at, id, event_id, tenant_id, subscription_id, job_id, attempt, replay_no, $2, trigger, event_type, $3 FROM gone
        """;
}
