using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Persistence;

public class SchemaInstallerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Install_DatabaseOfAnEarlierBuild_BringsItToThisOne()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var context = database.CreateContext();
        var all = context.Database.GetMigrations().ToList();
        await context.GetService<IMigrator>().MigrateAsync(all[0]);

        await SchemaInstaller.InstallAsync(database.DataSource, CancellationToken.None);

        (await context.Database.GetAppliedMigrationsAsync()).Should().Equal(all);
        (await database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.deliveries")).Should().Be(0);
    }

    [Test]
    public async Task Install_AllInPlace_WaitsForNoOtherNode()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using var locks = other.CreateCommand();
        locks.CommandText = $"SELECT pg_advisory_lock({SchemaInstaller.AdvisoryLock})";
        await locks.ExecuteNonQueryAsync();

        var install = () => SchemaInstaller.InstallAsync(database.DataSource, CancellationToken.None).WaitAsync(Deadline);

        await install.Should().NotThrowAsync("a node that starts while another one migrates, or hangs in it, has nothing to wait for");
    }

    [Test]
    public async Task Install_BySeveralNodesAtOnce_IsDoneOnce()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SchemaInstaller.InstallAsync(database.DataSource, CancellationToken.None)));

        await using var context = database.CreateContext();
        (await context.Database.GetPendingMigrationsAsync()).Should().BeEmpty();
    }
}
