using System.Reflection;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace DataHub.TestKit.Fixtures;

/// <summary>What the model has and no migration makes yet, so that code can be tested before its migration is written. Does nothing when there is nothing.</summary>
internal static class PendingSchema
{
    public static async Task InstallAsync(NpgsqlDataSource database)
    {
        await using var context = new DataHubDbContext(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(database).Options);
        var snapshot = context.GetService<IMigrationsAssembly>().ModelSnapshot!.Model;
        snapshot = context.GetService<IModelRuntimeInitializer>().Initialize(snapshot is IMutableModel mutable ? mutable.FinalizeModel() : snapshot);
        var model = context.GetService<IDesignTimeModel>().Model;
        var operations = context.GetService<IMigrationsModelDiffer>().GetDifferences(snapshot.GetRelationalModel(), model.GetRelationalModel());
        if (operations.Count == 0)
        {
            return;
        }

        foreach (var command in context.GetService<IMigrationsSqlGenerator>().Generate(operations, model))
        {
            await ExecuteAsync(database, command.CommandText);
        }

        var assembly = typeof(DataHubDbContext).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.Contains(".Webhooks.", StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            await ExecuteAsync(database, await ReadAsync(assembly, name));
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> ReadAsync(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync();
    }
}
