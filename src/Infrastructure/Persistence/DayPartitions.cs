using System.Globalization;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Drops partitions that hold one day (UTC) each and are named <c>parent_YYYYMMDD</c>. Whoever calls holds a lock, so that one node at a time does it.</summary>
internal static class DayPartitions
{
    private const string Expired = """
        SELECT c.relname, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname ~ ('^' || $2 || '_\d{8}$') AND c.relname < $2 || '_' || $3
        ORDER BY c.relname
        """;

    /// <summary>Drops the partitions of a table that are older than a day; also one that was left half detached, or detached and not dropped.</summary>
    /// <param name="connection">Outside of a transaction.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="parent">The table.</param>
    /// <param name="oldest">The oldest day that stays.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Names of the dropped partitions.</returns>
    public static async Task<IReadOnlyList<string>> DropAsync(NpgsqlConnection connection, string schema, string parent, DateOnly oldest, CancellationToken cancellationToken)
    {
        var dropped = new List<string>();
        foreach (var (name, attached, pending) in await ExpiredAsync(connection, schema, parent, oldest, cancellationToken))
        {
            // Detaching first keeps the exclusive lock of DROP away from the parent, which everybody uses.
            if (attached)
            {
                await ExecuteAsync(connection, $"ALTER TABLE {schema}.{parent} DETACH PARTITION {schema}.{name} {(pending ? "FINALIZE" : "CONCURRENTLY")}", cancellationToken);
            }

            await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {schema}.{name}", cancellationToken);
            dropped.Add(name);
        }

        return dropped;
    }

    /// <summary>Runs a statement.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Names are matched to the digit, so they can stand in a statement as they are.
    private static async Task<List<(string Name, bool Attached, bool Pending)>> ExpiredAsync(
        NpgsqlConnection connection, string schema, string parent, DateOnly oldest, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Expired, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = schema });
        command.Parameters.Add(new NpgsqlParameter { Value = parent });
        command.Parameters.Add(new NpgsqlParameter { Value = oldest.ToString("yyyyMMdd", CultureInfo.InvariantCulture) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string, bool, bool)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2)));
        }

        return found;
    }
}
