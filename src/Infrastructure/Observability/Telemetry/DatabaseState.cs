using DataHub.Application.Observability.Contracts;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Asks the database every few seconds whether it answers, so that a health check need not.</summary>
internal sealed class DatabaseState(NpgsqlDataSource dataSource, TimeProvider clock) : BackgroundService, IDependencyState
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private volatile int _status = (int)DependencyStatus.Unknown;

    /// <inheritdoc/>
    public string Name => "database";

    /// <inheritdoc/>
    public DependencyStatus Status => (DependencyStatus)_status;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            _status = (int)(await AnswersAsync(stoppingToken) ? DependencyStatus.Up : DependencyStatus.Degraded);
            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var asking = AskAsync(both.Token);

        // A frozen server can hold up even the cancellation; the question is then left to itself.
        await Task.WhenAny(asking, Task.Delay(Limit * 2, clock, cancellationToken));
        return asking.IsCompletedSuccessfully && asking.Result;
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
