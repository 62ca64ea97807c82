using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>PostgreSQL goes away in every way it can: each row is stored once, whatever happens.</summary>
public sealed class RequestLogOutageTests
{
    private PrivatePostgres _server = null!;
    private NpgsqlDataSource _dataSource = null!;
    private string _folder = null!;
    private int _written;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _server = await PrivatePostgres.StartNewAsync();
        _dataSource = NpgsqlDataSource.Create(_server.ConnectionString);
        await SchemaInstaller.InstallAsync(_dataSource, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        await _dataSource.DisposeAsync();
        await _server.DisposeAsync();
    }

    [SetUp]
    public async Task ClearAsync()
    {
        _folder = Directory.CreateTempSubdirectory("datahub-spool").FullName;
        _written = 0;
        _dataSource.Clear();

        // Connections have two seconds; a busy machine may need more.
        await Eventually.TrueAsync(async () => await ScalarAsync("TRUNCATE observability.request_logs; SELECT 0::bigint") == 0, "the log is empty");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Write_WhileTheServerIsKilled_SpoolsAndReplaysInOrderOnce()
    {
        await using var pipeline = await new LogPipeline(_dataSource, _folder).StartAsync();
        Write(pipeline, 500);
        await StoredAsync(500);

        await _server.KillAsync();
        for (var i = 0; i < 5; i++)
        {
            Write(pipeline, 1000);
            await Eventually.TrueAsync(() => pipeline.Counters.Queued == 0, "the rows are on disk");
        }

        pipeline.Spool.Bytes.Should().BePositive();
        pipeline.Shipper.Status.Should().Be(DependencyStatus.Degraded);
        await _server.StartAsync();

        await StoredAsync(5500);
        await Eventually.TrueAsync(() => pipeline.Spool.Bytes == 0 && pipeline.Shipper.Status == DependencyStatus.Up, "the spool is empty");
        Directory.GetFiles(Path.Combine(_folder)).Should().BeEmpty();
        (await DuplicatesAsync()).Should().Be(0);
        pipeline.Counters.Dropped.Should().Be(0);
        await Eventually.TrueAsync(() => pipeline.Counters.Written >= 5500, "they are counted");
        pipeline.Counters.Written.Should().Be(5500);
    }

    // A frozen server takes bytes and never answers: the transfer is given up, and may still come to its end afterwards.
    [Test]
    public async Task Write_WhileTheServerHangs_StoresEachRowOnce()
    {
        await using var pipeline = await new LogPipeline(_dataSource, _folder, new RequestLogsOptions { FlushMilliseconds = 20, StoreTimeoutSeconds = 3 }, maxSegments: 512).StartAsync();
        Write(pipeline, 100);
        await StoredAsync(100);

        var writing = true;
        var load = Task.Run(() =>
        {
            while (Volatile.Read(ref writing))
            {
                // Some are always on their way, and no more than the queue and the spool hold.
                if (_written - pipeline.Counters.Written < 40_000)
                {
                    Write(pipeline, 50);
                }

                Thread.Yield();
            }
        });
        await Eventually.TrueAsync(() => pipeline.Counters.Written > 500, "rows flow");
        await _server.FreezeAsync();
        await Eventually.TrueAsync(() => pipeline.Counters.StoreAway, "the hang is noticed");
        await Eventually.TrueAsync(() => pipeline.Spool.Bytes > 0, "rows go to disk");
        Volatile.Write(ref writing, false);
        await load;
        await _server.ThawAsync();

        pipeline.Counters.Dropped.Should().Be(0);
        await StoredAsync(_written);
        (await DuplicatesAsync()).Should().Be(0);
        pipeline.Counters.Dropped.Should().Be(0);
    }

    // The run that spooled is gone without a goodbye; the last frame was cut in the middle.
    [Test]
    public async Task Start_AfterACrashWithATornSpool_ReplaysEveryWholeFrame()
    {
        await _server.KillAsync();
        var crashed = new LogPipeline(_dataSource, _folder);
        await crashed.StartAsync();
        Write(crashed, 2000);
        await Eventually.TrueAsync(() => crashed.Counters.Queued == 0, "the rows are on disk");
        await crashed.DisposeAsync();
        var last = Directory.GetFiles(_folder, "*.rows").Order(StringComparer.Ordinal).Last();
        await using (var file = new FileStream(last, FileMode.Append))
        {
            file.Write("DHL2 and then the power went away"u8);
        }

        await _server.StartAsync();
        await using var next = await new LogPipeline(_dataSource, _folder).StartAsync();

        await StoredAsync(2000);
        await Eventually.TrueAsync(() => next.Spool.Bytes == 0, "the spool is empty");
        next.Counters.Damaged.Should().Be(1);
        (await DuplicatesAsync()).Should().Be(0);
    }

    // The rows were committed, but the process died before it could delete the file.
    [Test]
    public async Task Start_SpoolThatWasStoredAlready_StoresNothingTwice()
    {
        var records = Enumerable.Range(0, 200).Select(_ => RequestRecords.Proxied()).ToList();
        var writer = Guid.CreateVersion7();
        var segment = LogSegments.Of(records);
        using var spool = new RowSpool(_folder, long.MaxValue, TimeProvider.System, new RequestLogCounters());
        spool.TryAppend(writer, segment).Should().BeTrue();
        using var transfer = new RowTransfer(_dataSource, new RequestLogPartitions(_dataSource), TimeProvider.System);
        await transfer.StoreAsync(spool.Peek()!, CancellationToken.None);

        await using var next = await new LogPipeline(_dataSource, _folder).StartAsync();
        await Eventually.TrueAsync(() => next.Spool.Bytes == 0, "the spool is empty");

        await StoredAsync(200);
        (await DuplicatesAsync()).Should().Be(0);
    }

    [Test]
    public async Task Store_HalfOfASegmentStoredBefore_StoresTheOtherHalf()
    {
        var segment = LogSegments.Of([.. Enumerable.Range(0, 10).Select(_ => RequestRecords.Proxied())]);
        var whole = new RowRange(1, 0, 10, segment.Buffer.AsMemory(0, segment.Length));
        var days = new HashSet<DateOnly>(segment.Days.ToArray());
        var writer = Guid.CreateVersion7();
        using var transfer = new RowTransfer(_dataSource, new RequestLogPartitions(_dataSource), TimeProvider.System);

        await transfer.StoreAsync(new RowBatch(writer, [whole.Take(4)], days), CancellationToken.None);
        await transfer.StoreAsync(new RowBatch(writer, [whole], days), CancellationToken.None);
        await transfer.StoreAsync(new RowBatch(writer, [whole], days), CancellationToken.None);

        await StoredAsync(10);
        (await DuplicatesAsync()).Should().Be(0);
    }

    [Test]
    public async Task Write_RowThatTheServerRefuses_IsSetAsideAndHoldsNothingUp()
    {
        await using var pipeline = new LogPipeline(_dataSource, _folder);
        var segment = pipeline.Queue.Rent()!;
        for (var i = 0; i < 40; i++)
        {
            segment.TryAddDay(DateOnly.FromDateTime(RequestRecords.Noon.UtcDateTime));
            var length = RequestRowEncoder.Encode(RequestRecords.Proxied(), "node-1", segment.Free);
            if (i is 7 or 23)
            {
                // A zero byte in a text, which the encoder would never let through.
                var at = segment.Free[..length].IndexOf("/gateway/orders"u8);
                segment.Free[at] = 0;
            }

            segment.Commit(length);
        }

        pipeline.Queue.Enqueue(segment);
        Write(pipeline, 5);
        await pipeline.StartAsync();

        await StoredAsync(43);
        await Eventually.TrueAsync(() => pipeline.Counters.Rejected == 2, "both rows are counted");
        pipeline.Counters.Dropped.Should().Be(0);
        new FileInfo(Path.Combine(_folder, "refused.frames")).Length.Should().BePositive();
    }

    [Test]
    public async Task Write_PastEveryBound_DropsAndCounts()
    {
        await _server.KillAsync();
        try
        {
            await using var pipeline = await new LogPipeline(_dataSource, _folder, new RequestLogsOptions { FlushMilliseconds = 20, SpoolMegabytes = 1 }, maxSegments: 8).StartAsync();
            await Eventually.TrueAsync(
                () =>
                {
                    Write(pipeline, 1000);
                    return pipeline.Counters.Dropped > 0;
                },
                "the bounds are reached");
            Write(pipeline, 5000);

            pipeline.Spool.Bytes.Should().BeLessThanOrEqualTo(1024 * 1024);
            var kept = _written - (int)pipeline.Counters.Dropped;
            await _server.StartAsync();
            await StoredAsync(kept);
            pipeline.Counters.Dropped.Should().Be(_written - kept);
        }
        finally
        {
            await _server.KillAsync();
            await _server.StartAsync();
        }
    }

    [Test]
    public async Task Stop_WithQueuedRows_StoresThem()
    {
        await using var pipeline = await new LogPipeline(_dataSource, _folder, new RequestLogsOptions { FlushMilliseconds = 10_000 }).StartAsync();
        Write(pipeline, 50);

        await pipeline.StopAsync();

        await StoredAsync(50);
    }

    [Test]
    public async Task Stop_WhileTheServerIsAway_LeavesTheRowsInTheSpool()
    {
        await _server.KillAsync();
        await using (var pipeline = await new LogPipeline(_dataSource, _folder, new RequestLogsOptions { FlushMilliseconds = 10_000 }).StartAsync())
        {
            Write(pipeline, 50);
        }

        await _server.StartAsync();
        await using var next = await new LogPipeline(_dataSource, _folder).StartAsync();
        await StoredAsync(50);
    }

    private void Write(LogPipeline pipeline, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pipeline.Log.Write(RequestRecords.Proxied());
        }

        Interlocked.Add(ref _written, count);
    }

    private Task StoredAsync(int rows) =>
        Eventually.TrueAsync(async () => await ScalarAsync("SELECT count(*) FROM observability.request_logs") == rows, $"{rows} rows are stored", TimeSpan.FromSeconds(30));

    private async Task<long> DuplicatesAsync()
    {
        var duplicates = -1L;
        await Eventually.TrueAsync(
            async () => (duplicates = await ScalarAsync("SELECT count(*) - count(DISTINCT id) FROM observability.request_logs")) >= 0, "the database answers");
        return duplicates;
    }

    private async Task<long> ScalarAsync(string sql)
    {
        try
        {
            await using var command = _dataSource.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }
}
