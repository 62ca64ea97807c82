using System.Data.Common;
using System.Net.Sockets;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Persistence.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Hosting;

/// <summary>
/// The first service to start and the last to stop: private server, schema, start-up tasks. A configured database that is away does
/// not hold up the start; schema and tasks are then repeated in the background while the gateway serves from its snapshot.
/// </summary>
internal sealed partial class DatabaseStartup(
    IOptions<DatabaseOptions> options,
    NpgsqlDataSource dataSource,
    IServiceProvider services,
    TimeProvider clock,
    ILogger<DatabaseStartup> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstTryLimit = TimeSpan.FromSeconds(10);

    // A database that answers is not away: its tables may take a while on a small machine, or be made by another node at the moment.
    private static readonly TimeSpan PrepareLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly EmbeddedPostgres? _embedded = options.Value.IsPrivate() ? services.GetRequiredService<EmbeddedPostgres>() : null;
    private Task _retrying = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_embedded is not null)
        {
            await _embedded.StartAsync(cancellationToken);
            await PrepareAsync(cancellationToken);
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FirstTryLimit);
        try
        {
            await (await dataSource.OpenConnectionAsync(limit.Token)).DisposeAsync();
            limit.CancelAfter(PrepareLimit);
            await PrepareAsync(limit.Token);
        }
        catch (Exception e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            LogDatabaseAway(e.GetBaseException().Message);
            _retrying = RetryAsync();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _retrying;
        if (_embedded is not null)
        {
            // Idle connections would only be cut; closing them first keeps the server's log quiet.
            dataSource.Clear();
            await _embedded.StopAsync();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await SchemaInstaller.InstallAsync(dataSource, cancellationToken);
        await using var turn = await StartupTurn.TakeAsync(dataSource, cancellationToken);
        await using var scope = services.CreateAsyncScope();
        foreach (var task in scope.ServiceProvider.GetServices<IStartupTask>().OrderBy(t => t.Order))
        {
            await task.RunAsync(cancellationToken);
        }
    }

    private async Task RetryAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(RetryPause, clock, _stopping.Token);
                try
                {
                    await PrepareAsync(_stopping.Token);
                    LogDatabaseBack();
                    return;
                }
                catch (Exception e) when (!_stopping.IsCancellationRequested)
                {
                    LogStillAway(e.GetBaseException().Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private static bool IsAway(Exception? e) =>
        e is DbException or SocketException or TimeoutException or OperationCanceledException || (e?.InnerException is { } inner && IsAway(inner));

    [LoggerMessage(6002, LogLevel.Error, "The database is away ({Reason}); starting from what is on disk and trying again every second")]
    private partial void LogDatabaseAway(string reason);

    [LoggerMessage(6003, LogLevel.Debug, "The database is still away ({Reason})")]
    private partial void LogStillAway(string reason);

    [LoggerMessage(6004, LogLevel.Information, "The database is back; schema and seeds are in place")]
    private partial void LogDatabaseBack();
}
