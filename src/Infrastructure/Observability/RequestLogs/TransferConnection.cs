using System.Data;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Keeps the connection of one transfer for the next. The pool hands out its connections in turns, and each is a process of the server whose caches are
/// cold by the time its turn comes again, which makes an eighth of what storing a row costs.
/// </summary>
/// <param name="dataSource">Where the first connection comes from, and another one whenever the kept one is in use or was lost.</param>
internal sealed class TransferConnection(NpgsqlDataSource dataSource) : IDisposable
{
    private NpgsqlConnection? _kept;

    /// <summary>Works on the kept connection. One on which the work failed is not kept.</summary>
    /// <param name="work">The work; ends its transaction.</param>
    /// <param name="cancellationToken">Ends the wait for a new connection.</param>
    public async Task UseAsync(Func<NpgsqlConnection, Task> work, CancellationToken cancellationToken)
    {
        var connection = Interlocked.Exchange(ref _kept, null) ?? await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await work(connection);
            if (connection.State == ConnectionState.Open)
            {
                connection = Interlocked.Exchange(ref _kept, connection);
            }
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _kept, null)?.Dispose();
}
