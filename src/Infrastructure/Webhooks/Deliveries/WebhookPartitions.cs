using System.Globalization;
using DataHub.Application.Abstractions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Makes the day partitions of events, outcomes and attempts ahead of need, and drops those that are past their time. Days are the database's.</summary>
/// <param name="dataSource">The database.</param>
internal sealed class WebhookPartitions(NpgsqlDataSource dataSource) : IStartupTask
{
    private const long RetentionLock = 0x4441_5441_5748_4B; // "DATAWHK"

    private const string EnsureSql = """
        SELECT webhooks.ensure_partition(parent, (now() AT TIME ZONE 'UTC')::date + ahead)
        FROM unnest(ARRAY['events', 'outcomes', 'attempts']) AS parent, generate_series(-1, 4) AS ahead
        """;

    private const string ExpiredSql = """
        SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE n.nspname = 'webhooks' AND c.relkind = 'r' AND c.relname ~ ('^' || $1 || '_\d{8}$')
            AND c.relname < $1 || '_' || to_char((now() AT TIME ZONE 'UTC')::date - $2, 'YYYYMMDD')
        ORDER BY c.relname
        """;

    /// <summary>Before all that publishes: after days of rest there is no place for the events of today.</summary>
    public int Order => 5;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => EnsureAsync(cancellationToken);

    /// <summary>Makes those of yesterday, today and the four days ahead where they are missing.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(EnsureSql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Drops whole days. One node at a time does it; the others skip.</summary>
    /// <param name="eventDays">Full days of events and outcomes that are kept besides today.</param>
    /// <param name="attemptDays">Full days of attempts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Names of the dropped partitions.</returns>
    public async Task<IReadOnlyList<string>> DropExpiredAsync(int eventDays, int attemptDays, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand($"SELECT pg_try_advisory_lock({RetentionLock})", connection))
        {
            if (!(bool)(await turn.ExecuteScalarAsync(cancellationToken))!)
            {
                return [];
            }
        }

        try
        {
            var dropped = new List<string>();
            foreach (var (parent, days) in new[] { ("events", eventDays), ("outcomes", eventDays), ("attempts", attemptDays) })
            {
                foreach (var (name, attached, pending) in await ExpiredAsync(connection, parent, days, cancellationToken))
                {
                    // Detaching first keeps the exclusive lock of DROP away from the parent, which everybody uses.
                    if (attached)
                    {
                        await ExecuteAsync(connection, $"ALTER TABLE webhooks.{parent} DETACH PARTITION webhooks.{name} {(pending ? "FINALIZE" : "CONCURRENTLY")}", cancellationToken);
                    }

                    await ExecuteAsync(connection, $"DROP TABLE IF EXISTS webhooks.{name}", cancellationToken);
                    dropped.Add(name);
                }
            }

            var keys = string.Create(CultureInfo.InvariantCulture, $"DELETE FROM webhooks.event_keys WHERE created_at < now() - interval '{eventDays} days'");
            await ExecuteAsync(connection, keys, cancellationToken);
            return dropped;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({RetentionLock})", CancellationToken.None);
        }
    }

    // Names are matched to the digit, so they can stand in a statement as they are.
    private static async Task<List<(string Name, bool Attached, bool Pending)>> ExpiredAsync(NpgsqlConnection connection, string parent, int days, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExpiredSql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = parent });
        command.Parameters.Add(new NpgsqlParameter { Value = days });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string, bool, bool)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        return found;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
