namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>What became of the rows of this node, for metrics and health. Counters only rise.</summary>
internal sealed class RequestLogCounters
{
    private long _written;
    private long _dropped;
    private long _rejected;
    private long _damaged;
    private long _queued;
    private volatile bool _storeAway;
    private volatile bool _storeSeen;

    /// <summary>Rows that PostgreSQL has.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Rows lost because queue and spool were full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Rows set aside because PostgreSQL refused them.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Frames of the spool that could not be read: the torn end of a file after a crash.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>Rows in memory.</summary>
    public long Queued => Math.Max(0, Volatile.Read(ref _queued));

    /// <summary>True while PostgreSQL does not take rows.</summary>
    public bool StoreAway => _storeAway;

    /// <summary>True once a transfer was tried.</summary>
    public bool StoreSeen => _storeSeen;

    public void AddQueued(long rows) => Interlocked.Add(ref _queued, rows);

    public void AddWritten(long rows) => Interlocked.Add(ref _written, rows);

    public void AddDropped(long rows) => Interlocked.Add(ref _dropped, rows);

    public void AddRejected(long rows) => Interlocked.Add(ref _rejected, rows);

    public void AddDamaged(long frames) => Interlocked.Add(ref _damaged, frames);

    public void SetStore(bool away) => (_storeAway, _storeSeen) = (away, true);
}
