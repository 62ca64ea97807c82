using DataHub.Application.Observability.RequestLogs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Every hour: partitions for today and the days ahead, and none past the retention.</summary>
internal sealed partial class RequestLogMaintainer(
    RequestLogPartitions partitions,
    IOptions<RequestLogsOptions> options,
    TimeProvider clock,
    ILogger<RequestLogMaintainer> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>One round.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await partitions.EnsureAsync(Enumerable.Range(0, RequestLogPartitions.DaysAhead + 1).Select(today.AddDays), cancellationToken);
        foreach (var name in await partitions.DropExpiredAsync(today, options.Value.RetentionDays, cancellationToken))
        {
            LogDropped(name);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Period;
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
            {
                LogFailed(e.Message);
                pause = RetryAfter;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(5010, LogLevel.Information, "The partition {Partition} of the request log is past its retention and was dropped.")]
    private partial void LogDropped(string partition);

    [LoggerMessage(5011, LogLevel.Warning, "The partitions of the request log could not be looked after: {Reason}")]
    private partial void LogFailed(string reason);
}
