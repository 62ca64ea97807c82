using DataHub.Application.Access.KeyLifecycle;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.KeyLifecycle;

/// <summary>Looks after keys in the background: every node does, and the rows that they lock keep them from doing anything twice.</summary>
internal sealed partial class KeyLifecycleTask(IServiceScopeFactory scopes, TimeProvider clock, IOptions<KeyLifecycleOptions> options, ILogger<KeyLifecycleTask> logger)
    : BackgroundService
{
    private const int BatchSize = 200;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(TimeSpan.FromSeconds(options.Value.SweepSeconds), TellAsync, stoppingToken),
        RepeatAsync(TimeSpan.FromSeconds(options.Value.HealthSeconds), ComputeHealthAsync, stoppingToken));

    private async Task RepeatAsync(TimeSpan interval, Func<IMediator, CancellationToken, Task<bool>> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await DoAsync(work, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task DoAsync(Func<IMediator, CancellationToken, Task<bool>> work, CancellationToken stoppingToken)
    {
        try
        {
            for (var more = true; more;)
            {
                await using var scope = scopes.CreateAsyncScope();
                more = await work(scope.ServiceProvider.GetRequiredService<IMediator>(), stoppingToken);
            }
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The next tick tries again: nothing was kept.
            LogFailed(e.Message);
        }
    }

    private static async Task<bool> TellAsync(IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new TellDueNotices(BatchSize), cancellationToken) >= BatchSize;

    private async Task<bool> ComputeHealthAsync(IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new ComputeKeyHealth(TimeSpan.FromSeconds(options.Value.HealthDelaySeconds)), cancellationToken);

    [LoggerMessage(2030, LogLevel.Warning, "Keys could not be looked after, trying again later: {Reason}")]
    private partial void LogFailed(string reason);
}
