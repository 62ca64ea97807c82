using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Brings a database to the schema of this build; nodes that start together take turns by an advisory lock.</summary>
internal static class SchemaInstaller
{
    private const long AdvisoryLock = 0x4441_5441_4855_42; // "DATAHUB"

    /// <summary>Applies what is missing.</summary>
    public static async Task InstallAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var guard = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(guard, $"SELECT pg_advisory_lock({AdvisoryLock})", cancellationToken);
        try
        {
            await using var context = new DataHubDbContext(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(dataSource).Options);
            if (context.Database.GetMigrations().Any())
            {
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }

            if (!await ((RelationalDatabaseCreator)context.GetService<IDatabaseCreator>()).HasTablesAsync(cancellationToken))
            {
                await ExecuteAsync(guard, context.Database.GenerateCreateScript(), cancellationToken);
                foreach (var script in Scripts())
                {
                    await ExecuteAsync(guard, script, cancellationToken);
                }
            }
        }
        finally
        {
            await ExecuteAsync(guard, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    /// <summary>What EF Core cannot express, from the <c>.sql</c> files beside the code, ordered by name; each may run twice.</summary>
    public static IEnumerable<string> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(sql))
        {
            return;
        }

        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
