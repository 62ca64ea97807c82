using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.TestKit.Fixtures;

/// <summary>A database of its own on the private server, with the schema installed; dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
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
        var name = "t_" + Guid.CreateVersion7().ToString("N");
        await ExecuteAsAdminAsync($"CREATE DATABASE {name}");
        var database = new TestDatabase(name);
        await SchemaInstaller.InstallAsync(database.DataSource, CancellationToken.None);
        await PendingSchema.InstallAsync(database.DataSource);
        return database;
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

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await ExecuteAsAdminAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static async Task ExecuteAsAdminAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(TestServers.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
