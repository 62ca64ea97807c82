namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>A buffer of encoded rows: filled by requests, sealed, sent, reused.</summary>
internal sealed class LogSegment
{
    /// <summary>Bytes of a segment: large enough to make COPY cheap, small enough to be filled within the flush time.</summary>
    public const int Capacity = 128 * 1024;

    /// <summary>Most calendar days that one segment holds rows of, so that its partitions can be named in its frame.</summary>
    public const int MaxDays = 4;

    private readonly DateOnly[] _days = new DateOnly[MaxDays];
    private int _dayCount;

    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(Capacity);

    public int Length { get; private set; }

    public int Rows { get; private set; }

    /// <summary>The place in this run's order, given when sealed.</summary>
    public long Sequence { get; set; }

    /// <summary>True once it leaves the queue while a transfer may still read it: it must not be filled again.</summary>
    public bool Abandoned { get; set; }

    public ReadOnlySpan<DateOnly> Days => _days.AsSpan(0, _dayCount);

    public Span<byte> Free => Buffer.AsSpan(Length);

    /// <summary>Notes the day of the next row.</summary>
    /// <returns>False when the segment has rows of too many days already.</returns>
    public bool TryAddDay(DateOnly day)
    {
        if (_dayCount > 0 && (_days[_dayCount - 1] == day || Days.Contains(day)))
        {
            return true;
        }

        if (_dayCount == MaxDays)
        {
            return false;
        }

        _days[_dayCount++] = day;
        return true;
    }

    public void Commit(int bytes)
    {
        Length += bytes;
        Rows++;
    }

    public void Reset() => (Length, Rows, Sequence, _dayCount) = (0, 0, 0, 0);
}
