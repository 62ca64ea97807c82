using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Idempotency;

/// <summary>Removes expired answers every ten minutes.</summary>
internal sealed partial class IdempotencyPruner(IdempotencyStore store, TimeProvider clock, ILogger<IdempotencyPruner> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PruneAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PruneAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            LogNotPruned(e.Message);
        }
    }

    [LoggerMessage(2020, LogLevel.Warning, "Expired idempotency keys could not be removed, trying again later: {Reason}")]
    private partial void LogNotPruned(string reason);
}
