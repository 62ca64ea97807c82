using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Segments on disk while the database is away: appended to files of bounded size, read back from the oldest on. Used by the shipper
/// alone. Writes go to the page cache, which outlives a killed process; only a crash of the machine can lose the last seconds.
/// </summary>
internal sealed class RowSpool : IDisposable
{
    private const int FileBytes = 16 * 1024 * 1024;
    private const int ReadBytes = 2 * 1024 * 1024;
    private const int MaxRefusedBytes = 8 * 1024 * 1024;

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly TimeProvider _clock;
    private readonly RequestLogCounters _counters;
    private readonly LinkedList<SpoolFile> _files = new();
    private SafeFileHandle? _active;
    private byte[]? _buffer;
    private int _pendingBytes;
    private long _bytes;
    private int _serial;

    public RowSpool(string folder, long maxBytes, TimeProvider clock, RequestLogCounters counters)
    {
        (_folder, _maxBytes, _clock, _counters) = (folder, maxBytes, clock, counters);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in new DirectoryInfo(folder).GetFiles("*.rows").OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            _files.AddLast(new SpoolFile(file.FullName) { Length = file.Length });
            _bytes += file.Length;
        }
    }

    /// <summary>Bytes on disk that wait to be replayed.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => _files.Count == 0;

    /// <summary>Appends a segment.</summary>
    /// <returns>False when the bound is reached.</returns>
    /// <exception cref="IOException">The disk does not take it; the file ends where it did before.</exception>
    public bool TryAppend(Guid writer, LogSegment segment)
    {
        var frameBytes = SpoolFrame.HeaderBytes + segment.Length;
        if (Bytes + frameBytes > _maxBytes)
        {
            return false;
        }

        if (_active is null || _files.Last!.Value.Length + frameBytes > FileBytes)
        {
            Open();
        }

        var file = _files.Last!.Value;
        var payload = segment.Buffer.AsMemory(0, segment.Length);
        var header = new byte[SpoolFrame.HeaderBytes];
        SpoolFrame.WriteHeader(header, RowFormat.Current, writer, segment.Sequence, segment.Rows, segment.Days, payload.Span);
        try
        {
            RandomAccess.Write(_active!, [header, payload], file.Length);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_active!, file.Length);
            throw;
        }

        file.Length += frameBytes;
        Interlocked.Add(ref _bytes, frameBytes);
        return true;
    }

    /// <summary>The oldest segments, left in their place; null when nothing is left.</summary>
    public RowBatch? Peek()
    {
        while (_files.First?.Value is { } file)
        {
            if (_active is not null && _files.Count == 1)
            {
                CloseActive();
            }

            if (Read(file) is { } batch)
            {
                return batch;
            }

            RemoveFirst(file);
        }

        _buffer = null;
        return null;
    }

    /// <summary>Forgets what <see cref="Peek"/> returned last: it is stored.</summary>
    public void Advance()
    {
        var file = _files.First!.Value;
        file.Offset += _pendingBytes;
        if (file.Offset >= file.Length)
        {
            RemoveFirst(file);
        }
    }

    /// <summary>Gives the read buffer away to a transfer that was given up and may still read it.</summary>
    public void AbandonBuffer() => _buffer = null;

    /// <summary>Keeps a refused row for a person to look at, within a bound.</summary>
    public void SetAside(RowBatch batch, RowRange row)
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "refused.frames");
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        if (file.Length + SpoolFrame.HeaderBytes + row.Bytes.Length > MaxRefusedBytes)
        {
            return;
        }

        Span<byte> header = stackalloc byte[SpoolFrame.HeaderBytes];
        SpoolFrame.WriteHeader(header, batch.Format, batch.Writer, row.Sequence, row.Rows, [], row.Bytes.Span);
        file.Write(header);
        file.Write(row.Bytes.Span);
    }

    public void Dispose() => CloseActive();

    private void Open()
    {
        CloseActive();
        Directory.CreateDirectory(_folder);
        string path;
        do
        {
            path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_clock.GetUtcNow().ToUnixTimeMilliseconds():D14}-{++_serial:D6}.rows"));
        }
        while (File.Exists(path));

        _active = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        _files.AddLast(new SpoolFile(path));
    }

    private void CloseActive()
    {
        _active?.Dispose();
        _active = null;
    }

    private RowBatch? Read(SpoolFile file)
    {
        if (file.Offset >= file.Length)
        {
            return null;
        }

        _buffer ??= GC.AllocateUninitializedArray<byte>(ReadBytes);
        if (!File.Exists(file.Path))
        {
            return null;
        }

        int read;
        using (var handle = File.OpenHandle(file.Path))
        {
            read = RandomAccess.Read(handle, _buffer, file.Offset);
        }

        var ranges = new List<RowRange>();
        var days = new HashSet<DateOnly>();
        var at = 0;
        var (writer, format) = (Guid.Empty, RowFormat.Current);
        while (SpoolFrame.TryRead(_buffer.AsMemory(at, read - at), out var frame) && (ranges.Count == 0 || (frame.Writer == writer && frame.Format == format)))
        {
            (writer, format) = (frame.Writer, frame.Format);
            ranges.Add(frame.Range);
            days.UnionWith(frame.Days);
            at += frame.Bytes;
        }

        _pendingBytes = at;
        return ranges.Count > 0 ? new RowBatch(writer, ranges, days) { Format = format } : null;
    }

    // What is left of a file when it is removed could not be read: the torn end of a crash, damage, or rows of a newer build. The latter two are kept aside.
    private void RemoveFirst(SpoolFile file)
    {
        var left = file.Length - file.Offset;
        if (left > 0)
        {
            _counters.AddDamaged(1);
        }

        if (File.Exists(file.Path) && (left > SpoolFrame.MaxBytes || IsOfAnotherBuild(file)))
        {
            File.Move(file.Path, file.Path + ".damaged", overwrite: true);
        }
        else
        {
            File.Delete(file.Path);
        }

        _files.RemoveFirst();
        Interlocked.Add(ref _bytes, -file.Length);
        if (_files.Count == 0)
        {
            CloseActive();
        }
    }

    private static bool IsOfAnotherBuild(SpoolFile file)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        using var handle = File.OpenHandle(file.Path);
        return RandomAccess.Read(handle, magic, file.Offset) == magic.Length && RowFormat.IsOfAnotherBuild(BinaryPrimitives.ReadUInt32LittleEndian(magic));
    }

    private sealed class SpoolFile(string path)
    {
        public string Path { get; } = path;

        public long Length { get; set; }

        public long Offset { get; set; }
    }
}
