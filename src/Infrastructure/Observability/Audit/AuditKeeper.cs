using DataHub.Application.Observability.Audit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Looks after the trail: records what was counted, makes checkpoints, verifies and archives when it is time.</summary>
internal sealed partial class AuditKeeper(
    RepeatedAttempts attempts,
    AuditStore store,
    CheckpointMaker checkpoints,
    IAuditVerification verification,
    AuditArchive archive,
    NpgsqlDataSource dataSource,
    IOptions<AuditOptions> options,
    TimeProvider clock,
    ILogger<AuditKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ArchivePeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(3);

    /// <summary>Records what was counted in minutes that are over.</summary>
    public async Task FlushAsync(bool all, CancellationToken cancellationToken)
    {
        var due = attempts.TakeDue(all);
        if (due.Count == 0)
        {
            return;
        }

        try
        {
            await store.AppendAsync(due, cancellationToken);
        }
        catch (Exception)
        {
            foreach (var draft in due)
            {
                attempts.Owe(draft);
            }

            throw;
        }
    }

    /// <summary>Verifies all chains, unless some node did so not long ago.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var recent = new NpgsqlCommand("SELECT EXISTS (SELECT FROM observability.audit_verifications WHERE at > $1)", connection);
        recent.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - TimeSpan.FromHours(options.Value.VerifyHours * 0.9)).UtcDateTime });
        if (await recent.ExecuteScalarAsync(cancellationToken) is false)
        {
            await verification.VerifyAsync(null, [], cancellationToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(ShutdownLimit, clock);
        await TryAsync(() => FlushAsync(all: true, limit.Token), limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var period = TimeSpan.FromSeconds(options.Value.CheckpointSeconds);
        var (checkpointAt, verifyAt, archiveAt) = (clock.GetUtcNow() + period, clock.GetUtcNow() + period, clock.GetUtcNow() + period);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Tick, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryAsync(() => FlushAsync(all: false, stoppingToken), stoppingToken);
            checkpointAt = await RunDueAsync(checkpointAt, period, checkpoints.RunOnceAsync, stoppingToken);
            if (options.Value.VerifyHours > 0)
            {
                verifyAt = await RunDueAsync(verifyAt, TimeSpan.FromHours(options.Value.VerifyHours), VerifyAsync, stoppingToken);
            }

            if (options.Value.RetentionDays > 0)
            {
                archiveAt = await RunDueAsync(archiveAt, ArchivePeriod, token => archive.RunOnceAsync(clock.GetUtcNow().AddDays(-options.Value.RetentionDays), token), stoppingToken);
            }
        }
    }

    private async Task<DateTimeOffset> RunDueAsync(DateTimeOffset due, TimeSpan period, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() < due || cancellationToken.IsCancellationRequested)
        {
            return due;
        }

        await TryAsync(() => work(cancellationToken), cancellationToken);
        return clock.GetUtcNow() + period;
    }

    private async Task TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The process ends.
        }
        catch (Exception e)
        {
            // Whatever it was, the next round tries again, and the trail goes on meanwhile.
            LogFailed(e.GetBaseException().Message);
        }
    }

    [LoggerMessage(5106, LogLevel.Warning, "The audit trail could not be looked after, trying again later: {Reason}")]
    private partial void LogFailed(string reason);
}
