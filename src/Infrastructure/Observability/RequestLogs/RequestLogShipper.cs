using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Moves sealed segments into PostgreSQL, or to the spool while it is away or falls behind, in their order: what lies in the spool is always older than
/// what waits in memory, and is replayed first.
/// </summary>
internal sealed class RequestLogShipper(
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

    // How often a transfer on its way is looked at.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly List<LogSegment> _batch = new(MaxBatchSegments);
    private readonly List<LogSegment> _leaving = [];
    private readonly ShippingReport _report = new(counters, clock, logger);
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset _nextTry;

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
            _report.Dropped(lost);
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
                _report.Losses();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop must outlive whatever goes wrong in one turn, or every later row is lost.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _report.TurnFailed(e);
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
            while (!between.IsCancellationRequested)
            {
                await ReplaySpoolAsync(between, within);
                queue.Peek(_batch, MaxBatchSegments);
                if (_batch.Count == 0)
                {
                    return;
                }

                await ShipQueuedAsync(within);
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

    private async Task ShipQueuedAsync(CancellationToken within)
    {
        var moved = 0;
        var rows = await WatchAsync(delivery.DeliverAsync(BatchOf(_batch), within), () =>
        {
            // What is on its way goes to disk too, before what is younger, and is passed over there when it has arrived.
            moved += Relieve(beingRead: Math.Max(0, _batch.Count - moved));
        });
        _batch.Skip(moved).ToList().ForEach(ReleaseFirst);

        // The others are counted when they are passed over.
        NoteStored(Math.Max(0, rows - _batch.Take(moved).Sum(segment => segment.Rows)));
        if (queue.IsCrowded)
        {
            Relieve();
        }
    }

    // The queue fills while a transfer takes its time: what waits in it goes to disk before memory runs full.
    private async Task<int> WatchAsync(Task<int> delivering, Action relieve)
    {
        while (!delivering.IsCompleted)
        {
            await Task.WhenAny(delivering, Task.Delay(Look, clock));
            if (queue.IsCrowded && !delivering.IsCompleted)
            {
                relieve();
            }
        }

        return await delivering;
    }

    private async Task ReplaySpoolAsync(CancellationToken between, CancellationToken within)
    {
        long replayed = 0;
        while (!between.IsCancellationRequested && spool.Peek() is { } batch)
        {
            var rows = await WatchAsync(delivery.DeliverAsync(batch, within), () => Relieve());
            spool.Advance();
            replayed += rows;
            NoteStored(rows);

            // A long replay must not let memory run full: later segments queue up behind it on disk.
            log.Seal();
            if (queue.Count > MaxBatchSegments)
            {
                MoveToSpool();
            }
        }

        if (replayed > 0)
        {
            _report.Replayed(replayed, all: spool.Bytes == 0);
        }
    }

    // Memory runs full although the database answers.
    private int Relieve(int beingRead = 0)
    {
        var moved = MoveToSpool(beingRead);
        if (moved > 0)
        {
            _report.Behind();
        }

        return moved;
    }

    // As many as find room; the count. A transfer reads the first of them still.
    private int MoveToSpool(int beingRead = 0)
    {
        queue.Peek(_leaving, int.MaxValue);
        var moved = 0;
        try
        {
            while (moved < _leaving.Count && spool.TryAppend(delivery.Writer, _leaving[moved]))
            {
                _leaving[moved].Abandoned |= moved < beingRead;
                ReleaseFirst(_leaving[moved++]);
            }

            _report.DiskTakes();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The rows stay in memory as long as it lasts.
            _report.DiskFails(e);
        }

        _leaving.Clear();
        return moved;
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
            _report.Away(e.InnerException?.GetType().Name ?? e.Message);
            _pause = FirstPause;
        }

        counters.SetStore(away: true);
        PauseLonger();
    }

    private void NoteStored(int rows)
    {
        counters.AddWritten(rows);
        _report.Losses();
        if (counters.StoreAway)
        {
            _report.Back();
        }

        counters.SetStore(away: false);
    }

    private void PauseLonger()
    {
        _nextTry = clock.GetUtcNow() + _pause;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }
}
