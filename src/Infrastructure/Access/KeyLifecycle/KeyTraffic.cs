using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Access.KeyLifecycle;

/// <summary>
/// Reads the request log in stretches, each row once, into hours and networks of keys, and renews the findings from those. What is stored
/// in the log after its place was read, such as from a spool, is noted beside the log and counts too.
/// </summary>
internal sealed class KeyTraffic(DataHubDbContext context) : IKeyTraffic
{
    private static readonly TimeSpan LongestStretch = TimeSpan.FromHours(1);

    // What the log holds of the stretch, and what was stored late in a place that was read before: a row that was noted and stands in this or a later
    // stretch is read there. It must be one statement: then the log and the notes are seen as of one instant, and each row counts once.
    // 3 is rate-limited; 1 and 2 are unauthenticated and forbidden.
    // A network is new when the key was used from another one at least a day before; nobody is told of the first networks of a key.
    private const string Read = """
        WITH late AS (DELETE FROM observability.request_log_late RETURNING at, key_id, outcome, client_ip),
        entries AS NOT MATERIALIZED (
            SELECT at, key_id, outcome, client_ip FROM observability.request_logs WHERE at >= $1 AND at < $2 AND key_id IS NOT NULL
            UNION ALL SELECT at, key_id, outcome, client_ip FROM late WHERE at < $1),
        hours AS (
            INSERT INTO access.key_hours AS old (api_key_id, hour, requests, limited, refused)
            SELECT l.key_id, date_trunc('hour', l.at, 'UTC'), count(*), count(*) FILTER (WHERE l.outcome = 3), count(*) FILTER (WHERE l.outcome IN (1, 2))
            FROM entries l JOIN access.api_keys k ON k.id = l.key_id GROUP BY 1, 2
            ON CONFLICT (api_key_id, hour) DO UPDATE
            SET requests = old.requests + excluded.requests, limited = old.limited + excluded.limited, refused = old.refused + excluded.refused),
        seen AS (
            SELECT l.key_id, network(set_masklen(l.client_ip, CASE family(l.client_ip) WHEN 4 THEN 24 ELSE 48 END)) AS network, min(l.at) AS first_at, max(l.at) AS last_at
            FROM entries l JOIN access.api_keys k ON k.id = l.key_id WHERE l.client_ip IS NOT NULL AND l.outcome NOT IN (1, 2) GROUP BY 1, 2),
        kept AS (
            INSERT INTO access.key_networks AS old (api_key_id, network, first_at, last_at) SELECT * FROM seen
            ON CONFLICT (api_key_id, network) DO UPDATE SET first_at = least(old.first_at, excluded.first_at), last_at = greatest(old.last_at, excluded.last_at)
            RETURNING api_key_id, network, first_at, old.xmax = 0 AS inserted)
        SELECT kept.api_key_id, kept.network::text FROM kept
        WHERE kept.inserted AND EXISTS (
            SELECT 1 FROM access.key_networks known WHERE known.api_key_id = kept.api_key_id AND known.first_at <= kept.first_at - interval '1 day')
        ORDER BY 1, 2 LIMIT 1000
        """;

    // A spike is ten times the hourly mean of the week before, and at least a hundred requests, in this hour or the last; the key must be known for a day.
    private const string RenewFindings = """
        WITH day AS (
            SELECT api_key_id, sum(requests) AS requests, sum(limited) AS limited, sum(refused) AS refused
            FROM access.key_hours WHERE hour > $1 - interval '24 hours' GROUP BY 1),
        recent AS (
            SELECT api_key_id, max(requests) AS requests FROM access.key_hours WHERE hour >= date_trunc('hour', $1, 'UTC') - interval '1 hour' GROUP BY 1),
        week AS (
            SELECT api_key_id, sum(requests) / greatest(24, least(168, extract(epoch FROM $1 - min(hour)) / 3600 - 2)) AS mean
            FROM access.key_hours WHERE hour < date_trunc('hour', $1, 'UTC') - interval '1 hour' AND hour >= $1 - interval '7 days' GROUP BY 1
            HAVING min(hour) <= $1 - interval '24 hours'),
        found AS (
            SELECT api_key_id, 'often-limited' AS code, format('%s of %s requests of the last day met a limit.', limited, requests) AS message
            FROM day WHERE limited >= 20 AND limited * 10 >= requests
            UNION ALL
            SELECT api_key_id, 'many-refusals', format('%s of %s requests of the last day were refused.', refused, requests)
            FROM day WHERE refused >= 20 AND refused * 5 >= requests
            UNION ALL
            SELECT recent.api_key_id, 'spike', format('%s requests within an hour; the mean of the week before is %s.', recent.requests, round(week.mean, 1))
            FROM recent JOIN week USING (api_key_id) WHERE recent.requests >= 100 AND recent.requests >= 10 * week.mean
            UNION ALL
            SELECT fresh.api_key_id, 'new-network', format('Used from %s for the first time.', string_agg(fresh.network::text, ', ' ORDER BY fresh.first_at DESC))
            FROM access.key_networks fresh
            WHERE fresh.first_at > $1 - interval '24 hours' AND EXISTS (
                SELECT 1 FROM access.key_networks known WHERE known.api_key_id = fresh.api_key_id AND known.first_at <= fresh.first_at - interval '1 day')
            GROUP BY 1),
        gone AS (
            DELETE FROM access.key_health old WHERE NOT EXISTS (SELECT 1 FROM found WHERE found.api_key_id = old.api_key_id AND found.code = old.code)),
        kept AS (
            INSERT INTO access.key_health AS old (api_key_id, code, message, since) SELECT api_key_id, code, left(message, 500), $1 FROM found ORDER BY 1, 2
            ON CONFLICT (api_key_id, code) DO UPDATE SET message = excluded.message
            RETURNING api_key_id, code, message, old.xmax = 0 AS inserted)
        SELECT api_key_id, message FROM kept WHERE inserted AND code = 'spike' ORDER BY 1 LIMIT 1000
        """;

    public async Task<(IReadOnlyList<KeyAnomaly> Anomalies, bool More)?> ComputeAsync(DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await TryLockAsync(cancellationToken))
        {
            return null;
        }

        var from = await ReadUntilAsync(cancellationToken) ?? until - LongestStretch;
        var to = from + LongestStretch < until ? from + LongestStretch : until > from ? until : from;
        var anomalies = new List<KeyAnomaly>();
        foreach (var (key, network) in await QueryAsync(Read, cancellationToken, from.UtcDateTime, to.UtcDateTime))
        {
            anomalies.Add(new KeyAnomaly(key, KeyHealthCode.NewNetwork, $"The key was used from {network} for the first time."));
        }

        await ExecuteAsync(
            "INSERT INTO access.key_health_progress (read_until) VALUES ($1) ON CONFLICT (one) DO UPDATE SET read_until = excluded.read_until", cancellationToken, to.UtcDateTime);
        foreach (var (key, message) in await QueryAsync(RenewFindings, cancellationToken, now.UtcDateTime))
        {
            anomalies.Add(new KeyAnomaly(key, KeyHealthCode.Spike, message));
        }

        await ExecuteAsync("DELETE FROM access.key_hours WHERE hour < $1", cancellationToken, now.UtcDateTime.AddDays(-14));
        await ExecuteAsync("DELETE FROM access.key_networks WHERE last_at < $1", cancellationToken, now.UtcDateTime.AddDays(-90));
        return (anomalies, to < until);
    }

    private async Task<bool> TryLockAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT pg_try_advisory_xact_lock(hashtext('access.key_health'))");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<DateTimeOffset?> ReadUntilAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT read_until FROM access.key_health_progress");
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime until ? new DateTimeOffset(until, TimeSpan.Zero) : null;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params DateTime[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<(ApiKeyId Key, string Text)>> QueryAsync(string sql, CancellationToken cancellationToken, params DateTime[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(ApiKeyId, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((new ApiKeyId(reader.GetGuid(0)), reader.GetString(1)));
        }

        return rows;
    }

    private NpgsqlCommand Command(string sql, params DateTime[] values)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)context.Database.GetDbConnection());
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }
}
