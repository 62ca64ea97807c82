using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Access.KeyLifecycle;

/// <summary>Claims due notices: the key's row is locked, and a row that another node holds is left to it.</summary>
internal sealed class KeyNotices(DataHubDbContext context) : IKeyNotices
{
    // A replaced secret is spoken of at those steps only that its grace is longer than: nobody is told what they just decided.
    // What is told of the past reaches a week back, so that a gateway that is brought up to date does not tell of every key that ever ended.
    private const string Due = """
        WITH due AS (
            SELECT k.id, n.version, n.threshold, n.ends_at
            FROM access.api_keys k
            CROSS JOIN LATERAL (
                SELECT 0 AS version, k.expires_at AS ends_at,
                       CASE WHEN k.expires_at <= $1 + interval '1 day' THEN 86400 WHEN k.expires_at <= $1 + interval '7 days' THEN 604800 ELSE 1209600 END AS threshold
                WHERE $3 = 'key-expiring' AND k.expires_at > $1 AND k.expires_at <= $1 + interval '14 days'
                UNION ALL
                SELECT 0, k.expires_at, 0 WHERE $3 = 'key-expired' AND k.expires_at <= $1 AND k.expires_at > $1 - interval '7 days'
                UNION ALL
                SELECT s.version, s.not_after, step.seconds
                FROM access.api_key_secrets s
                CROSS JOIN LATERAL (SELECT CASE WHEN s.not_after <= $1 + interval '1 hour' THEN 3600 WHEN s.not_after <= $1 + interval '1 day' THEN 86400 ELSE 604800 END AS seconds) step
                WHERE $3 = 'secret-expiring' AND s.api_key_id = k.id AND s.revoked_at IS NULL AND s.not_after > $1 AND s.not_after <= $1 + interval '7 days'
                  AND s.not_after - s.replaced_at > make_interval(secs => step.seconds)
            ) n
            WHERE k.revoked_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM access.key_notices told
                WHERE told.api_key_id = k.id AND told.kind = $3 AND told.version = n.version AND told.threshold_seconds = n.threshold AND told.ends_at = n.ends_at)
            ORDER BY k.id LIMIT $2 FOR UPDATE OF k SKIP LOCKED)
        INSERT INTO access.key_notices (api_key_id, kind, version, threshold_seconds, ends_at, told_at)
        SELECT due.id, $3, due.version, due.threshold, due.ends_at, $1 FROM due
        ON CONFLICT DO NOTHING
        RETURNING api_key_id, version, threshold_seconds, ends_at
        """;

    // The key's own schedule goes before that of its tier; admin keys are in no tier.
    private const string DueRotations = """
        WITH due AS (
            SELECT k.id, s.version, s.created_at + make_interval(days => coalesce(k.rotate_every_days, t.every_days)) AS due_at,
                   coalesce(k.rotate_every_days, t.every_days) AS every_days,
                   CASE WHEN k.rotate_every_days IS NULL THEN t.grace_seconds ELSE coalesce(k.rotation_grace_seconds, $4) END AS grace_seconds,
                   CASE WHEN k.rotate_every_days IS NULL THEN t.enforced ELSE k.rotation_enforced END AS enforced
            FROM access.api_keys k
            JOIN access.consumers c ON c.id = k.consumer_id
            JOIN access.api_key_secrets s ON s.api_key_id = k.id
            LEFT JOIN access.tier_rotations t ON t.tier_id = coalesce(k.tier_id, c.tier_id, $3) AND k.environment <> 'admin'
            WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1)
              AND s.version = (SELECT max(newest.version) FROM access.api_key_secrets newest WHERE newest.api_key_id = k.id)
              AND s.created_at + make_interval(days => coalesce(k.rotate_every_days, t.every_days)) <= $1
              AND NOT EXISTS (SELECT 1 FROM access.key_notices told WHERE told.api_key_id = k.id AND told.kind = 'rotation-due' AND told.version = s.version)
            ORDER BY k.id LIMIT $2 FOR UPDATE OF k SKIP LOCKED),
        told AS (
            INSERT INTO access.key_notices (api_key_id, kind, version, threshold_seconds, ends_at, told_at)
            SELECT due.id, 'rotation-due', due.version, 0, due.due_at, $1 FROM due
            ON CONFLICT DO NOTHING
            RETURNING api_key_id, version)
        SELECT due.id, due.version, due.due_at, due.every_days, due.grace_seconds, due.enforced FROM due JOIN told ON told.api_key_id = due.id
        """;

    public async Task<IReadOnlyList<KeyNotice>> ClaimAsync(DateTimeOffset now, RateLimitTierId? defaultTier, int limit, CancellationToken cancellationToken)
    {
        var notices = new List<KeyNotice>();
        foreach (var (kind, word) in new[] { (KeyNoticeKind.KeyExpiring, "key-expiring"), (KeyNoticeKind.SecretExpiring, "secret-expiring"), (KeyNoticeKind.KeyExpired, "key-expired") })
        {
            await using var command = Command(Due, now.UtcDateTime, limit, word);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                notices.Add(new KeyNotice(
                    kind, new ApiKeyId(reader.GetGuid(0)), reader.GetInt32(1), TimeSpan.FromSeconds(reader.GetInt64(2)), reader.GetFieldValue<DateTimeOffset>(3), null));
            }
        }

        await using var rotations = Command(DueRotations, now.UtcDateTime, limit, (object?)defaultTier?.Value ?? Guid.Empty, RotationSchedule.DefaultGraceSeconds);
        await using var due = await rotations.ExecuteReaderAsync(cancellationToken);
        while (await due.ReadAsync(cancellationToken))
        {
            var schedule = new RotationSchedule(due.GetInt32(3), due.GetInt32(4), due.GetBoolean(5));
            notices.Add(new KeyNotice(KeyNoticeKind.RotationDue, new ApiKeyId(due.GetGuid(0)), due.GetInt32(1), TimeSpan.Zero, due.GetFieldValue<DateTimeOffset>(2), schedule));
        }

        return notices;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)context.Database.GetDbConnection());
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }
}
