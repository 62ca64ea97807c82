using Npgsql;

namespace DataHub.Infrastructure.Hosting;

/// <summary>The right to put seeds into the database: nodes that start together have it one after the other.</summary>
/// <param name="connection">Holds the advisory lock; the server drops it with the connection.</param>
internal sealed class StartupTurn(NpgsqlConnection connection) : IAsyncDisposable
{
    private const long AdvisoryLock = 0x4441_5441_4855_4253; // "DATAHUBS"

    /// <summary>Waits for the turn.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<StartupTurn> TakeAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLock})", cancellationToken);
            return new StartupTurn(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // A lost connection has lost the lock too.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
