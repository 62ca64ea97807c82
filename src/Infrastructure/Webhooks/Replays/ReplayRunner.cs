using System.Threading.Channels;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Replays;

/// <summary>
/// Runs jobs page by page: deliveries and the cursor behind them are committed together, under a lock on the job's row. Whoever dies in between has done nothing,
/// and the next node goes on where the cursor stands. Jobs take turns.
/// </summary>
internal sealed partial class ReplayRunner(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ReplayRunner> logger) : BackgroundService
{
    private const int MaxFailures = 5;

    private const string Claim = """
        SELECT id, tenant_id, filter::text, cursor::text, state FROM webhooks.jobs
        WHERE state IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until < now()) ORDER BY updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Looks for work at once.</summary>
    public void Wake() => _bell.Writer.TryWrite(true);

    /// <summary>Does one page of one job.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public async Task<bool> RunPageAsync(CancellationToken cancellationToken)
    {
        Guid job = default;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<DataHubDbContext>();
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            if (await ClaimAsync(context, cancellationToken) is not { } claimed)
            {
                return false;
            }

            job = claimed.Id;
            var page = await ActivatorUtilities.CreateInstance<ReplayPages>(scope.ServiceProvider).RunAsync(claimed, cancellationToken);
            await SaveAsync(context, claimed, page, cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            scope.ServiceProvider.GetRequiredService<IDeliveries>().Ring(page.Subscriptions);
            return true;
        }
        catch (Exception e) when (job != default && !cancellationToken.IsCancellationRequested)
        {
            LogFailed(e, job);
            await NoteFailureAsync(job, cancellationToken);
            return true;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunPageAsync(stoppingToken))
                {
                }

                await WaitAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogAway(e.Message); // The database is away, or its schema is not there yet.
                await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(Interval, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        try
        {
            await _bell.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    private static async Task<ReplayClaim?> ClaimAsync(DataHubDbContext context, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Claim, (NpgsqlConnection)context.Database.GetDbConnection(), (NpgsqlTransaction)context.Database.CurrentTransaction!.GetDbTransaction());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ReplayClaim(reader.GetGuid(0), new(reader.GetGuid(1)), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4) == "waiting")
            : null;
    }

    private static Task<int> SaveAsync(DataHubDbContext context, ReplayClaim claim, ReplayPage page, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlRawAsync(
            """
            UPDATE webhooks.jobs SET state = CASE WHEN {1} THEN 'done' ELSE 'running' END, cursor = coalesce(nullif({2}, '')::jsonb, cursor), total = greatest(total, {3}, done + {4}), done = done + {4},
                enqueued = enqueued + {5}, started_at = coalesce(started_at, now()), updated_at = clock_timestamp(), finished_at = CASE WHEN {1} THEN clock_timestamp() END, failures = 0, lease_until = NULL
            WHERE id = {0}
            """,
            [claim.Id, page.Last, page.Cursor ?? "", page.Total ?? 0L, (long)page.Done, (long)page.Enqueued], cancellationToken);

    // Not at once again; and one that always fails ends.
    private async Task NoteFailureAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DataHubDbContext>().Database.ExecuteSqlRawAsync(
            """
            UPDATE webhooks.jobs SET failures = failures + 1, lease_until = now() + (failures + 1) * interval '2 seconds', updated_at = clock_timestamp(), error = 'A page could not be made; the log of the node has the cause.',
                state = CASE WHEN failures + 1 >= {1} THEN 'failed' ELSE state END, finished_at = CASE WHEN failures + 1 >= {1} THEN now() END
            WHERE id = {0} AND state IN ('waiting', 'running')
            """,
            [job, MaxFailures], cancellationToken);
    }

    [LoggerMessage(8020, LogLevel.Warning, "A page of the job {Job} failed.")]
    private partial void LogFailed(Exception exception, Guid job);

    [LoggerMessage(8021, LogLevel.Debug, "Jobs wait: {Reason}")]
    private partial void LogAway(string reason);
}

/// <summary>A job whose next page is to be done.</summary>
/// <param name="Id">The job.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Order">What it does, as JSON.</param>
/// <param name="Cursor">Where it stands, as JSON; null: at the start.</param>
/// <param name="First">True for its first page.</param>
internal sealed record ReplayClaim(Guid Id, Domain.SharedKernel.TenantId Tenant, string Order, string? Cursor, bool First);

/// <summary>What came of a page.</summary>
/// <param name="Done">What was looked at.</param>
/// <param name="Enqueued">Deliveries that were made.</param>
/// <param name="Last">True when nothing is left.</param>
/// <param name="Cursor">Where the next page begins, as JSON; null: where it stands.</param>
/// <param name="Total">What there is to look at, when it was counted.</param>
/// <param name="Subscriptions">Where something waits now.</param>
internal sealed record ReplayPage(int Done, int Enqueued, bool Last, string? Cursor, long? Total, IReadOnlyCollection<SubscriptionId> Subscriptions);
