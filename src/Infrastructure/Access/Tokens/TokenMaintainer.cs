using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>Keeps the keys of issuers fresh and the memory of tokens clean, off the request path.</summary>
/// <param name="issuers">The issuers in use.</param>
/// <param name="cache">The memory of tokens.</param>
/// <param name="metrics">Taken here so that it is there as long as the process is.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class TokenMaintainer(IssuerRing issuers, TokenCache cache, TokenMetrics metrics, TimeProvider clock, ILogger<TokenMaintainer> logger) : BackgroundService
{
    private const int PruneEvery = 60;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _ = metrics;
        using var timer = new PeriodicTimer(Pace, clock);
        try
        {
            for (var round = 1; await timer.WaitForNextTickAsync(stoppingToken); round++)
            {
                Step(round % PruneEvery == 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private void Step(bool prune)
    {
        try
        {
            foreach (var issuer in issuers.Current.Values)
            {
                // Not awaited: one issuer that does not answer must not keep the others waiting.
                _ = issuer.Keys?.RefreshIfDueAsync();
            }

            if (prune)
            {
                cache.Prune();
            }
        }
#pragma warning disable CA1031 // The next round tries again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFault(e);
        }
    }

    [LoggerMessage(2106, LogLevel.Error, "The keys of issuers could not be looked after.")]
    private partial void LogFault(Exception exception);
}
