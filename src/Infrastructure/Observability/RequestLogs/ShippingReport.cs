using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Tells what becomes of the rows on their way, each thing once or now and then.</summary>
/// <param name="counters">What became of them.</param>
/// <param name="clock">Tells when losses are told again.</param>
/// <param name="logger">Hears it.</param>
internal sealed partial class ShippingReport(RequestLogCounters counters, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan DropReportEvery = TimeSpan.FromSeconds(10);

    private DateTimeOffset _nextDropReport;
    private long _reportedDrops;
    private long _reportedDamage;
    private bool _diskFailed;
    private bool _behind;

    /// <summary>The database does not take rows any more.</summary>
    public void Away(string reason) => LogAway(reason);

    /// <summary>It takes them again.</summary>
    public void Back() => LogBack();

    /// <summary>Rows came from the spool.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="all">Whether none wait there now.</param>
    public void Replayed(long rows, bool all)
    {
        LogReplayed(rows);
        _behind &= !all;
    }

    /// <summary>Memory filled although the database answers; told once until the spool is empty.</summary>
    public void Behind()
    {
        if (!_behind)
        {
            LogBehind();
        }

        _behind = true;
    }

    /// <summary>Rows are lost.</summary>
    public void Dropped(long rows) => LogDropped(rows);

    /// <summary>A turn of the loop failed.</summary>
    public void TurnFailed(Exception exception) => LogTurnFailed(exception);

    /// <summary>The spool was written.</summary>
    public void DiskTakes() => _diskFailed = false;

    /// <summary>The spool cannot be written; told once until it can.</summary>
    public void DiskFails(Exception exception)
    {
        if (!_diskFailed)
        {
            LogSpoolFailed(exception);
        }

        _diskFailed = true;
    }

    /// <summary>Tells of rows that were lost or cannot be read, if there are new ones.</summary>
    public void Losses()
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

    [LoggerMessage(5012, LogLevel.Warning, "The database takes request logs more slowly than they come; what memory does not hold waits in the spool. If this lasts, give the database more processor or disk: once RequestLogs:SpoolMegabytes are full, rows are dropped.")]
    private partial void LogBehind();

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
