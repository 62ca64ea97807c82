using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using Npgsql;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>Puts waiting deliveries into the tables as fan-out does, without asking the gateway.</summary>
internal sealed class Backlog(NpgsqlDataSource database)
{
    // Ids begin with the time, as the gateway's do. Nothing of it wants fan-out.
    private const string InsertSql = """
        SET LOCAL session_replication_role = replica;
        CREATE FUNCTION pg_temp.id(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
            SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid $$;
        WITH e AS (
            INSERT INTO webhooks.events (id, type, occurred_at, payload, created_at)
            SELECT pg_temp.id(at), 'waiting.one', at, convert_to('{"type":"waiting.one","data":{"n":' || n || ',"text":"' || repeat('x', 200) || '"}}', 'UTF8'), at
            FROM (SELECT n, now() - make_interval(secs => (count - n) * 0.005) AS at FROM generate_series(1, $COUNT) AS n, (SELECT $COUNT AS count) c) s
            RETURNING id, created_at)
        INSERT INTO webhooks.deliveries (id, event_id, event_created_at, tenant_id, subscription_id, created_at, event_type, next_at, lane, attempt)
        SELECT pg_temp.id(e.created_at), e.id, e.created_at, '00000000-0000-7000-8000-000000000001', '$ENDPOINT', e.created_at, 'waiting.one',
               e.created_at + interval '$LATER', $LANE, $LANE * 3
        FROM e
        """;

    /// <summary>Adds deliveries.</summary>
    /// <param name="subscription">Printed id of the endpoint.</param>
    /// <param name="count">How many.</param>
    /// <param name="later">How long after their events they are due; zero: they have been due for up to an hour.</param>
    public async Task AddAsync(string subscription, int count, TimeSpan later)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var sql = InsertSql.Replace("$COUNT", $"{count}", StringComparison.Ordinal).Replace("$LATER", $"{(int)later.TotalSeconds} s", StringComparison.Ordinal)
            .Replace("$LANE", later > TimeSpan.Zero ? "1" : "0", StringComparison.Ordinal)
            .Replace("$ENDPOINT", EntityId.TryParse<SubscriptionId>(subscription, out var id) ? $"{id.Value}" : throw new ArgumentException(subscription), StringComparison.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        NpgsqlConnection.ClearPool(connection); // It has a function of its own.
    }
}
