using DataHub.Infrastructure.Persistence;
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
            var dropped = await DayPartitions.DropAsync(connection, "observability", "request_logs", today.AddDays(-retentionDays), cancellationToken);
            if (dropped.Count > 0)
            {
                Forget();
            }

            await DayPartitions.ExecuteAsync(connection, $"DELETE FROM observability.request_log_progress WHERE updated_at < now() - interval '{retentionDays} days'", cancellationToken);
            return dropped;
        }
        finally
        {
            await DayPartitions.ExecuteAsync(connection, $"SELECT pg_advisory_unlock({RetentionLock})", CancellationToken.None);
        }
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
