using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Persistence;

public class SchemaScriptsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Infrastructure", "Persistence", "Migrations", "Scripts");

    [Test]
    public async Task Of_EachMigration_IsWhatTheMigrationSays()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var context = database.CreateContext();
        var all = context.Database.GetMigrations().ToList();
        var update = Environment.GetEnvironmentVariable("DATAHUB_UPDATE_SCHEMA") == "1";

        foreach (var (migration, before) in all.Zip(all.Prepend(Migration.InitialDatabase)))
        {
            var said = context.GetService<IMigrator>().GenerateScript(before, migration, MigrationsSqlGenerationOptions.NoTransactions).ReplaceLineEndings("\n").TrimEnd() + "\n";
            var file = Path.Combine(Folder, migration + ".sql");
            if (update)
            {
                await File.WriteAllTextAsync(file, Refer(said));
                continue; // What is embedded is of before the change.
            }

            (await File.ReadAllTextAsync(file)).Should().Be(Refer(said), "the migration changed, or a file that it names: run the test with DATAHUB_UPDATE_SCHEMA=1 and check the script in");
            SchemaScripts.Of(migration).Should().Be(said, "the script that is checked in is the one that a start runs");
        }

        if (update)
        {
            Assert.Inconclusive("The scripts are written: build, and run the test without DATAHUB_UPDATE_SCHEMA.");
        }

        SchemaScripts.Migrations.Should().Equal(all);
    }

    [Test]
    public void Model_Now_IsTheOneOfTheLastMigration()
    {
        using var context = new DesignTimeContextFactory().CreateDbContext([]);

        context.Database.HasPendingModelChanges().Should().BeFalse("a change of an entity needs a migration");
    }

    // What stands in a file beside the code is named, not repeated.
    private static string Refer(string script) =>
        SchemaScripts.Beside.Aggregate(script, (text, name) => text.Replace(SchemaScripts.Read(name), SchemaScripts.ReferenceTo(name), StringComparison.Ordinal));
}
