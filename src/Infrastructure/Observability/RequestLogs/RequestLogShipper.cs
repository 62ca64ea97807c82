using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Moves sealed segments into PostgreSQL, or to the spool while it is away, in their order: what lies in the spool is always older than
/// what waits in memory, and is replayed first.
/// </summary>
internal sealed partial class RequestLogShipper(
    RequestLog log,
    SegmentQueue queue,
    RowSpool spool,
    RowDelivery delivery,
    RequestLogCounters counters,
    IOptions<RequestLogsOptions> options,
    TimeProvider clock,
    ILogger<RequestLogShipper> logger) : BackgroundService, IDependencyState
{
    private const int MaxBatchSegments = 32;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DropReportEvery = TimeSpan.FromSeconds(10);

    private readonly List<LogSegment> _batch = new(MaxBatchSegments);
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset _nextTry;
    private DateTimeOffset _nextDropReport;
    private long _reportedDrops;
    private long _reportedDamage;
    private bool _diskFailed;

    /// <inheritdoc/>
    public string Name => "request-log";

    /// <inheritdoc/>
    public DependencyStatus Status =>
        !counters.StoreSeen ? DependencyStatus.Unknown : counters.StoreAway ? DependencyStatus.Degraded : DependencyStatus.Up;

    /// <summary>Stops taking time from the shutdown: sends what it can within the deadline, the rest goes to the spool.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        log.Seal();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.ShutdownSeconds), clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        if (!counters.StoreAway)
        {
            await ShipAsync(both.Token, both.Token);
        }

        MoveToSpool();
        spool.Dispose();
        if (counters.Queued is > 0 and var lost)
        {
            counters.AddDropped(lost);
            LogDropped(lost);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var flush = TimeSpan.FromMilliseconds(options.Value.FlushMilliseconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await queue.WaitAsync(flush, stoppingToken);
                log.Seal();
                await RunOnceAsync(stoppingToken);
                ReportDrops();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop must outlive whatever goes wrong in one turn, or every later row is lost.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogTurnFailed(e);
                await Task.Delay(FirstPause, clock, stoppingToken);
            }
        }
    }

    private async Task RunOnceAsync(CancellationToken stopping)
    {
        if (!counters.StoreAway)
        {
            await ShipAsync(stopping, CancellationToken.None);
        }
        else if (clock.GetUtcNow() >= _nextTry)
        {
            if (await delivery.IsStoreBackAsync(stopping))
            {
                await ShipAsync(stopping, CancellationToken.None);
            }
            else
            {
                PauseLonger();
            }
        }

        if (counters.StoreAway)
        {
            MoveToSpool();
        }
    }

    // A stop is heeded between batches; a batch on its way is cut off only by its time limit, or by the deadline of the shutdown.
    private async Task ShipAsync(CancellationToken between, CancellationToken within)
    {
        try
        {
            await ReplaySpoolAsync(between, within);
            for (queue.Peek(_batch, MaxBatchSegments); _batch.Count > 0 && !between.IsCancellationRequested; queue.Peek(_batch, MaxBatchSegments))
            {
                var rows = await delivery.DeliverAsync(BatchOf(_batch), within);
                _batch.ForEach(segment => ReleaseFirst(segment));
                counters.AddWritten(rows);
                NoteBack();
            }
        }
        catch (StoreAwayException e)
        {
            NoteAway(e);
            if (e.StillReading)
            {
                _batch.ForEach(segment => segment.Abandoned = true);
                spool.AbandonBuffer();
            }

            MoveToSpool();
        }
    }

    private async Task ReplaySpoolAsync(CancellationToken between, CancellationToken within)
    {
        long replayed = 0;
        while (!between.IsCancellationRequested && spool.Peek() is { } batch)
        {
            var rows = await delivery.DeliverAsync(batch, within);
            spool.Advance();
            counters.AddWritten(rows);
            replayed += rows;
            NoteBack();

            // A long replay must not let memory run full: later segments queue up behind it on disk.
            log.Seal();
            if (queue.Count > MaxBatchSegments)
            {
                MoveToSpool();
            }
        }

        if (replayed > 0)
        {
            LogReplayed(replayed);
        }
    }

    private void MoveToSpool()
    {
        queue.Peek(_batch, int.MaxValue);
        try
        {
            foreach (var segment in _batch)
            {
                if (!spool.TryAppend(delivery.Writer, segment))
                {
                    return;
                }

                ReleaseFirst(segment);
            }

            _diskFailed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The rows stay in memory as long as it lasts.
            if (!_diskFailed)
            {
                LogSpoolFailed(e);
            }

            _diskFailed = true;
        }
    }

    private void ReleaseFirst(LogSegment segment)
    {
        counters.AddQueued(-segment.Rows);
        queue.Release();
    }

    private RowBatch BatchOf(List<LogSegment> segments)
    {
        var days = new HashSet<DateOnly>();
        var ranges = new List<RowRange>(segments.Count);
        foreach (var segment in segments)
        {
            days.UnionWith(segment.Days.ToArray());
            ranges.Add(new RowRange(segment.Sequence, 0, segment.Rows, segment.Buffer.AsMemory(0, segment.Length)));
        }

        return new RowBatch(delivery.Writer, ranges, days);
    }

    private void NoteAway(StoreAwayException e)
    {
        if (!counters.StoreAway)
        {
            LogAway(e.InnerException?.GetType().Name ?? e.Message);
            _pause = FirstPause;
        }

        counters.SetStore(away: true);
        PauseLonger();
    }

    private void NoteBack()
    {
        if (counters.StoreAway)
        {
            LogBack();
        }

        counters.SetStore(away: false);
    }

    private void PauseLonger()
    {
        _nextTry = clock.GetUtcNow() + _pause;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private void ReportDrops()
    {
        var now = clock.GetUtcNow();
        if (counters.Dropped > _reportedDrops && now >= _nextDropReport)
        {
            LogDropped(counters.Dropped - _reportedDrops);
            (_reportedDrops, _nextDropReport) = (counters.Dropped, now + DropReportEvery);
        }

        if (counters.Damaged > _reportedDamage)
        {
            LogDamaged(counters.Damaged - _reportedDamage);
            _reportedDamage = counters.Damaged;
        }
    }

    [LoggerMessage(5001, LogLevel.Warning, "The database does not take request logs ({Reason}); they go to the spool until it does.")]
    private partial void LogAway(string reason);

    [LoggerMessage(5002, LogLevel.Information, "The database takes request logs again.")]
    private partial void LogBack();

    [LoggerMessage(5003, LogLevel.Information, "{Rows} request logs were replayed from the spool.")]
    private partial void LogReplayed(long rows);

    [LoggerMessage(5004, LogLevel.Warning, "{Rows} request logs were dropped: queue and spool are full.")]
    private partial void LogDropped(long rows);

    [LoggerMessage(5009, LogLevel.Warning,
        "The end of {Files} files of the request log's spool could not be read. More than one torn frame, or rows of a newer version, are kept there as *.damaged.")]
    private partial void LogDamaged(long files);

    [LoggerMessage(5005, LogLevel.Error, "The spool of the request log cannot be written; rows stay in memory while it lasts.")]
    private partial void LogSpoolFailed(Exception exception);

    [LoggerMessage(5006, LogLevel.Error, "A turn of the request log failed; it is repeated.")]
    private partial void LogTurnFailed(Exception exception);
}
