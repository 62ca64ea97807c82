using DataHub.Application.Abstractions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>The private PostgreSQL of a gateway without a configured one: made, started, kept running and stopped with the process.</summary>
internal sealed partial class EmbeddedPostgres(IDataFolder folder, TimeProvider clock, ILogger<EmbeddedPostgres> logger) : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly SocketAddress _socket = SocketAddress.Of(Path.Combine(folder.Path, "postgres"));
    private PostgresSupervisor? _supervisor;

    /// <summary>Where clients connect; known before the server runs.</summary>
    public string ConnectionString => ConnectionTo(PostgresCluster.Name);

    /// <summary>Process id of the server, or null while it does not run.</summary>
    public int? ServerId => _supervisor?.ServerId;

    /// <summary>Makes the cluster when it is new, starts the server and waits until it takes connections.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StartupRefusedException">Programs, account or permissions are missing, or the server does not come up.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            var cluster = new PostgresCluster(folder.Path, ServerAccount.ForThisProcess());
            var binaries = cluster.FindBinaries();
            await cluster.CreateAsync(binaries, cancellationToken);
            await cluster.MendAsync(clock, cancellationToken);
            _supervisor = new PostgresSupervisor(cluster, binaries, clock, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupRefusedException($"The private PostgreSQL in {folder.Path} cannot be prepared: {e.Message}", e);
        }

        _supervisor.Start();
        await WaitUntilReadyAsync(began, cancellationToken);
        LogReady((long)clock.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <summary>Stops the server; returns when it is gone.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _supervisor, null) is { } supervisor)
        {
            await supervisor.StopAsync();
            supervisor.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _socket.Dispose();
    }

    private async Task WaitUntilReadyAsync(long began, CancellationToken cancellationToken)
    {
        while (!await TryPrepareDatabaseAsync(cancellationToken))
        {
            if (_supervisor!.Failures >= 5 || clock.GetElapsedTime(began) > StartPatience)
            {
                throw new StartupRefusedException($"The private PostgreSQL in {folder.Path} does not start: {_supervisor.LastMessage}");
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }
    }

    private async Task<bool> TryPrepareDatabaseAsync(CancellationToken cancellationToken)
    {
        if (!_socket.Exists)
        {
            return false; // Cheaper to see than a connection that fails.
        }

        try
        {
            await ExecuteAsync(PostgresCluster.Name, "SELECT 1", cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await ExecuteAsync("postgres", $"CREATE DATABASE {PostgresCluster.Name}", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Not there yet, or still recovering.
        }
    }

    private async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database) + ";Pooling=false;Timeout=5");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _socket.Folder, Username = PostgresCluster.Name, Database = database, SslMode = SslMode.Disable }.ConnectionString;

    [LoggerMessage(6001, LogLevel.Information, "The private PostgreSQL takes connections after {ElapsedMilliseconds} ms")]
    private partial void LogReady(long elapsedMilliseconds);
}
