using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Brings a database to the schema of this build; nodes that start together take turns by an advisory lock.</summary>
internal static class SchemaInstaller
{
    /// <summary>Whoever holds it applies migrations: "DATAHUB" in ASCII.</summary>
    public const long AdvisoryLock = 0x4441_5441_4855_42;

    /// <summary>Applies what is missing.</summary>
    public static async Task InstallAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        if (await IsCompleteAsync(dataSource, cancellationToken))
        {
            return;
        }

        await using var guard = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(guard, $"SELECT pg_advisory_lock({AdvisoryLock})", cancellationToken);
        try
        {
            await using var context = new DataHubDbContext(new DbContextOptionsBuilder<DataHubDbContext>().UseDatabase(dataSource).Options);
            await context.Database.MigrateAsync(cancellationToken);
        }
        finally
        {
            await ExecuteAsync(guard, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    /// <summary>One of the <c>.sql</c> files beside the code; applied by a migration, so changed by another migration only.</summary>
    /// <param name="name">The file's name without ending; unique in the assembly.</param>
    public static string Script(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(n => n.EndsWith($".{name}.sql", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    // Most starts find everything in place. To learn it from the migrations' own records takes milliseconds; the migrator takes a second of processor time.
    private static async Task<bool> IsCompleteAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var exists = dataSource.CreateCommand($"SELECT to_regclass('\"{HistoryRepository.DefaultTableName}\"') IS NOT NULL");
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return false;
        }

        await using var command = dataSource.CreateCommand($"SELECT array_agg(\"MigrationId\"::text) FROM \"{HistoryRepository.DefaultTableName}\"");
        var applied = await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
        return Assembly.GetExecutingAssembly().GetTypes().Where(t => t.IsSubclassOf(typeof(Migration)))
            .All(t => applied.Contains(t.GetCustomAttribute<MigrationAttribute>()!.Id));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
