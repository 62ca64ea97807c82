namespace DataHub.Gateway.Api.Demo;

/// <summary>Seeds the demo once the gateway serves: a start waits for nothing that the demo alone needs. Tries again every second while the database is away.</summary>
/// <param name="scopes">Makes the seed's scope.</param>
/// <param name="lifetime">Says when the gateway serves.</param>
/// <param name="clock">Paces the tries.</param>
/// <param name="logger">Told why a try failed.</param>
internal sealed partial class DemoSeeding(IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<DemoSeeding> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private bool _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var serves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(serves.SetResult);
        await serves.Task.WaitAsync(stoppingToken);
        while (!await TrySeedAsync(stoppingToken))
        {
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    private async Task<bool> TrySeedAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<DemoSeed>().RunAsync(stoppingToken);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(_told ? LogLevel.Debug : LogLevel.Warning, e.GetBaseException().Message);
            _told = true;
            return false;
        }
    }

    [LoggerMessage(EventId = 6014, Message = "The demo could not be set up yet ({Reason}); trying again every second")]
    private partial void LogFailed(LogLevel level, string reason);
}
