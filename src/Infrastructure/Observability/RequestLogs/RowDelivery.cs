using DataHub.Application.Abstractions;
using DataHub.Application.Observability.RequestLogs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Delivers batches within a time limit and around rows that PostgreSQL refuses: a refused batch is sent in ever smaller parts until the
/// refused row stands alone, is set aside and counted. So one bad row costs itself and never holds up the others.
/// </summary>
internal sealed partial class RowDelivery(
    RowTransfer transfer,
    RowSpool spool,
    RequestLogCounters counters,
    NpgsqlDataSource dataSource,
    IIdSource ids,
    IOptions<RequestLogsOptions> options,
    TimeProvider clock,
    ILogger<RowDelivery> logger)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);

    // A cancelled exchange still asks the server to cancel and waits a little for that; past this it is left to itself.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>This run of this node.</summary>
    public Guid Writer { get; } = ids.NewId();

    /// <summary>Delivers a batch.</summary>
    /// <returns>Rows of the batch that were not refused.</returns>
    /// <exception cref="StoreAwayException">The database cannot be reached, does not answer, or cannot store anything.</exception>
    public async Task<int> DeliverAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await LimitAsync(token => transfer.StoreAsync(batch, token), TimeSpan.FromSeconds(options.Value.StoreTimeoutSeconds), cancellationToken);
            return batch.Rows;
        }
        catch (RowsRefusedException e)
        {
            return await DeliverPartsAsync(batch, e, cancellationToken);
        }
    }

    /// <summary>Whether the database answers at all, found out quickly.</summary>
    public async Task<bool> IsStoreBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LimitAsync(ProbeAsync, ProbeLimit, cancellationToken);
            return true;
        }
        catch (StoreAwayException)
        {
            return false;
        }
    }

    private async Task<int> DeliverPartsAsync(RowBatch batch, RowsRefusedException refusal, CancellationToken cancellationToken)
    {
        if (batch.Ranges.Count > 1)
        {
            var half = batch.Ranges.Count / 2;
            return await DeliverAsync(batch with { Ranges = [.. batch.Ranges.Take(half)] }, cancellationToken)
                + await DeliverAsync(batch with { Ranges = [.. batch.Ranges.Skip(half)] }, cancellationToken);
        }

        var range = batch.Ranges[0];
        if (range.Rows > 1)
        {
            var half = range.Rows / 2;
            return await DeliverAsync(batch with { Ranges = [range.Take(half)] }, cancellationToken)
                + await DeliverAsync(batch with { Ranges = [range.From(range.FirstRow + half)] }, cancellationToken);
        }

        await LimitAsync(token => transfer.SkipAsync(batch.Writer, range, token), ProbeLimit, cancellationToken);
        counters.AddRejected(1);
        LogRefused(refusal.Message);
        SetAside(batch, range);
        return 0;
    }

    private void SetAside(RowBatch batch, RowRange row)
    {
        try
        {
            spool.SetAside(batch, row);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogSetAsideFailed(e);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task LimitAsync(Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var running = work(both.Token);
        try
        {
            await running.WaitAsync(limit + Grace, clock, CancellationToken.None);
        }
        catch (RowsRefusedException)
        {
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && running.IsCompleted)
        {
            throw new StoreAwayException(new OperationCanceledException(cancellationToken), stillReading: false);
        }
#pragma warning disable CA1031 // Whatever else fails means the same: these rows are not stored, and go to the spool.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Its failure is of no interest any more, but must be looked at by somebody.
            _ = running.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new StoreAwayException(e, stillReading: !running.IsCompleted);
        }
    }

    [LoggerMessage(5007, LogLevel.Error, "A request log was refused by the database and set aside: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(5008, LogLevel.Error, "A refused request log could not be set aside.")]
    private partial void LogSetAsideFailed(Exception exception);
}

/// <summary>The database does not take rows now.</summary>
/// <param name="cause">What happened.</param>
/// <param name="stillReading">True when a transfer was given up that may still read its buffers.</param>
internal sealed class StoreAwayException(Exception cause, bool stillReading) : Exception("The database does not take request logs.", cause)
{
    /// <summary>True when a transfer was given up that may still read its buffers.</summary>
    public bool StillReading { get; } = stillReading;
}
