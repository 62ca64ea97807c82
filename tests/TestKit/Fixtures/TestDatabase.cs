using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Waiting;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.TestKit.Fixtures;

/// <summary>A database of its own on the private server, with the schema installed; dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    // Made once for each run of a test project: to copy it takes a tenth of a second, the migrator takes two.
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private readonly string _name;

    private TestDatabase(string name)
    {
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = name, MaxPoolSize = 20 }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        var name = NewName();
        await ExecuteAsAdminAsync($"CREATE DATABASE {name} TEMPLATE {await Template.Value}");
        return new TestDatabase(name);
    }

    /// <summary>A database without any table.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var name = NewName();
        await ExecuteAsAdminAsync($"CREATE DATABASE {name}");
        return new TestDatabase(name);
    }

    /// <summary>A context on this database, outside of any container.</summary>
    public DataHubDbContext CreateContext() => new(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(DataSource).Options);

    public async Task<T> QueryScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until so many sessions wait for what another one has locked.</summary>
    public Task WaitForWaitersAsync(int sessions = 1) => Eventually.TrueAsync(
        async () => await QueryScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= sessions,
        $"{sessions} wait for a lock");

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await ExecuteAsAdminAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static string NewName() => "t_" + Guid.CreateVersion7().ToString("N");

    // Left behind when it is done: the private server goes with the run.
    private static async Task<string> MakeTemplateAsync()
    {
        var template = await CreateEmptyAsync();
        await SchemaInstaller.InstallAsync(template.DataSource, CancellationToken.None);
        await PendingSchema.InstallAsync(template.DataSource);
        await template.DataSource.DisposeAsync(); // A database that is in use cannot be copied.
        return template._name;
    }

    private static async Task ExecuteAsAdminAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(TestServers.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
