using System.Data;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Brings a database to the schema of this build; nodes that start together take turns by an advisory lock.</summary>
internal static class SchemaInstaller
{
    /// <summary>Whoever holds it applies migrations: "DATAHUB" in ASCII.</summary>
    public const long AdvisoryLock = 0x4441_5441_4855_42;

    // An index over a large table takes its time, and so does the node whose turn it is; a start that is given up ends the command all the same.
    private const int NoTimeout = 0;

    /// <summary>Applies what is missing, each migration in a transaction of its own.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="cancellationToken">Ends the work; a migration under way is undone.</param>
    public static async Task InstallAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await NextAsync(connection, cancellationToken) is null)
        {
            return; // As at most starts; then there is nobody to wait for either.
        }

        // Taken outside of the transactions: one that waited for it would go on believing that there are no tables.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLock})", cancellationToken);
        try
        {
            while (await NextAsync(connection, cancellationToken) is { } migration)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, SchemaScripts.Of(migration), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }
        finally
        {
            // A connection that broke has given the lock back, and its failure is the one to tell.
            if (connection.FullState.HasFlag(ConnectionState.Open))
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
            }
        }
    }

    // To learn it from the records that EF Core's migrator would keep takes milliseconds; the migrator itself takes a second of processor time and tens of megabytes.
    private static async Task<string?> NextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('\"{HistoryRepository.DefaultTableName}\"') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return SchemaScripts.Migrations[0];
        }

        await using var command = new NpgsqlCommand($"SELECT array_agg(\"MigrationId\"::text) FROM \"{HistoryRepository.DefaultTableName}\"", connection);
        var applied = await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
        return SchemaScripts.Migrations.Except(applied).FirstOrDefault();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = NoTimeout };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
