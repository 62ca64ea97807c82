using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Makes the partitions of the request log ahead of need and drops those that are past their time.</summary>
/// <param name="dataSource">The database.</param>
internal sealed class RequestLogPartitions(NpgsqlDataSource dataSource)
{
    /// <summary>Days ahead for which partitions exist.</summary>
    public const int DaysAhead = 2;

    private const long RetentionLock = 0x4441_5441_4C4F_47; // "DATALOG"

    private readonly Lock _gate = new();
    private readonly HashSet<DateOnly> _known = [];

    /// <summary>Makes the partitions of some days where they are missing; asks the database once per day and process.</summary>
    public async Task EnsureAsync(IEnumerable<DateOnly> days, CancellationToken cancellationToken)
    {
        foreach (var day in days)
        {
            lock (_gate)
            {
                if (_known.Contains(day))
                {
                    continue;
                }
            }

            await using var command = dataSource.CreateCommand("SELECT observability.ensure_request_log_partition($1)");
            command.Parameters.Add(new NpgsqlParameter { Value = day });
            await command.ExecuteNonQueryAsync(cancellationToken);
            lock (_gate)
            {
                _known.Add(day);
            }
        }
    }

    /// <summary>Forgets what is known, after the database refused a row for want of a partition.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _known.Clear();
        }
    }

    /// <summary>Drops whole partitions whose last day is older than the retention. One node at a time does it; the others skip.</summary>
    /// <param name="today">The day of now, UTC.</param>
    /// <param name="retentionDays">Full days that are kept besides today.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Names of the dropped partitions.</returns>
    public async Task<IReadOnlyList<string>> DropExpiredAsync(DateOnly today, int retentionDays, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(connection, $"SELECT pg_try_advisory_lock({RetentionLock})", cancellationToken))
        {
            return [];
        }

        try
        {
            var dropped = new List<string>();
            foreach (var (name, attached, pending) in await ExpiredAsync(connection, today.AddDays(-retentionDays), cancellationToken))
            {
                // Detaching first keeps the exclusive lock of DROP away from the parent, which requests' rows and readers use.
                if (attached)
                {
                    await ExecuteAsync(connection, $"ALTER TABLE observability.request_logs DETACH PARTITION observability.{name} {(pending ? "FINALIZE" : "CONCURRENTLY")}", cancellationToken);
                }

                await ExecuteAsync(connection, $"DROP TABLE IF EXISTS observability.{name}", cancellationToken);
                dropped.Add(name);
            }

            if (dropped.Count > 0)
            {
                Forget();
            }

            await ExecuteAsync(connection, $"DELETE FROM observability.request_log_progress WHERE updated_at < now() - interval '{retentionDays} days'", cancellationToken);
            return dropped;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({RetentionLock})", CancellationToken.None);
        }
    }

    // Names are matched to the digit, so they can stand in a statement as they are.
    private static async Task<List<(string Name, bool Attached, bool Pending)>> ExpiredAsync(NpgsqlConnection connection, DateOnly oldest, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
            WHERE n.nspname = 'observability' AND c.relkind = 'r' AND c.relname ~ '^request_logs_\d{8}$' AND c.relname < $1
            ORDER BY c.relname
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = "request_logs_" + oldest.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture) });
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

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
