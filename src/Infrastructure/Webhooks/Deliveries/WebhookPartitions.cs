using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
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
            var today = await TodayAsync(connection, cancellationToken);
            var dropped = new List<string>();
            foreach (var (parent, days) in new[] { ("events", eventDays), ("outcomes", eventDays), ("attempts", attemptDays) })
            {
                dropped.AddRange(await DayPartitions.DropAsync(connection, "webhooks", parent, today.AddDays(-days), cancellationToken));
            }

            var keys = string.Create(CultureInfo.InvariantCulture, $"DELETE FROM webhooks.event_keys WHERE created_at < now() - interval '{eventDays} days'");
            await DayPartitions.ExecuteAsync(connection, keys, cancellationToken);
            return dropped;
        }
        finally
        {
            await DayPartitions.ExecuteAsync(connection, $"SELECT pg_advisory_unlock({RetentionLock})", CancellationToken.None);
        }
    }

    private static async Task<DateOnly> TodayAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT (now() AT TIME ZONE 'UTC')::date", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<DateOnly>(0);
    }
}
