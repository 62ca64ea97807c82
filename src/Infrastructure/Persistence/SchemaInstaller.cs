using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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
            // That the migrations make the model is proven when they are written, not at every start.
            var options = new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(dataSource)
                .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)).Options;
            await using var context = new DataHubDbContext(options);
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

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
