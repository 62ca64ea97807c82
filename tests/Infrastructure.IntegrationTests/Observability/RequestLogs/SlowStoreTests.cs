using DataHub.Application.Observability.RequestLogs;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>PostgreSQL answers, but takes rows more slowly than they come: what memory does not hold waits on disk.</summary>
public sealed class SlowStoreTests
{
    private const int Portion = 500;

    // Numbers of what the shipper tells.
    private const int Away = 5001;
    private const int Replayed = 5003;
    private const int Behind = 5012;

    private static readonly RequestLogsOptions Patient = new() { FlushMilliseconds = 20, StoreTimeoutSeconds = 60 };

    private TestDatabase _database = null!;
    private string _folder = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _folder = Directory.CreateTempSubdirectory("datahub-slow").FullName;
    }

    [TearDown]
    public async Task DropAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Write_MoreThanMemoryHolds_WaitsOnDiskAndIsStoredOnce()
    {
        const int rows = (12 * Portion) + 1;
        await using var pipeline = await new LogPipeline(_database.DataSource, _folder, Patient, maxSegments: 8).StartAsync();
        await using (await HoldTableAsync(pipeline))
        {
            for (var written = 1; written < rows; written += Portion)
            {
                Write(pipeline, Portion);
                await RoomAsync(pipeline);
            }

            pipeline.Counters.StoreAway.Should().BeFalse();
            pipeline.Spool.Bytes.Should().BePositive();
            pipeline.Events.Ids.Where(id => id is Behind or Away).Should().Equal([Behind], "it is told once, and not as an outage");
        }

        await StoredAsync(rows);
        await Eventually.TrueAsync(() => pipeline.Spool.Bytes == 0, "the spool is empty");
        pipeline.Counters.Dropped.Should().Be(0);
        (await ScalarAsync("SELECT count(DISTINCT id) FROM observability.request_logs")).Should().Be(rows);
        await Eventually.TrueAsync(() => pipeline.Counters.Written >= rows, "they are counted");
        pipeline.Counters.Written.Should().Be(rows);
    }

    [Test]
    public async Task Write_BehindAgainAfterTheSpoolIsEmpty_IsToldAgain()
    {
        await using var pipeline = await new LogPipeline(_database.DataSource, _folder, Patient, maxSegments: 8).StartAsync();
        for (var turn = 1; turn <= 2; turn++)
        {
            await using (await HoldTableAsync(pipeline, stored: ((turn - 1) * 4 * Portion) + turn))
            {
                for (var portion = 0; portion < 4; portion++)
                {
                    Write(pipeline, Portion);
                    await RoomAsync(pipeline);
                }

                await Eventually.TrueAsync(() => pipeline.Events.Ids.Count(id => id == Behind) == turn, "it is told once in each turn");
            }

            await StoredAsync((turn * 4 * Portion) + turn);
            await Eventually.TrueAsync(() => pipeline.Events.Ids.Count(id => id == Replayed) >= turn && pipeline.Spool.Bytes == 0, "the spool is empty");
        }

        pipeline.Events.Ids.Count(id => id == Behind).Should().Be(2);
    }

    // The transfer that was on its way when its rows went to disk fails after all. They must lie in front of the younger ones, which fill more than one
    // reading of the spool: what is older than the last row stored counts as stored.
    [Test]
    public async Task Write_TransferFailsAfterItsRowsWentToDisk_EachRowIsStoredOnce()
    {
        const int rows = (48 * Portion) + 1;
        await using var pipeline = await new LogPipeline(_database.DataSource, _folder, Patient, maxSegments: 64).StartAsync();
        await using (await HoldTableAsync(pipeline))
        {
            // More than half of 64 segments, some 9,600 rows, go to disk; that happens twice.
            for (var written = 1; written < rows; written += Portion)
            {
                Write(pipeline, Portion);
                await RoomAsync(pipeline);
            }

            pipeline.Spool.Bytes.Should().BePositive();
            await ScalarAsync("SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %') ended");
            await Eventually.TrueAsync(() => pipeline.Counters.StoreAway, "the failure is noticed");
        }

        await StoredAsync(rows);
        (await ScalarAsync("SELECT count(DISTINCT id) FROM observability.request_logs")).Should().Be(rows);
        pipeline.Counters.Dropped.Should().Be(0);
    }

    // Without a spool, memory is all there is.
    [Test]
    public async Task Write_NoSpool_DropsAndCountsWhatMemoryDoesNotHold()
    {
        var options = new RequestLogsOptions { FlushMilliseconds = 20, StoreTimeoutSeconds = 60, SpoolMegabytes = 0 };
        await using var pipeline = await new LogPipeline(_database.DataSource, _folder, options, maxSegments: 8).StartAsync();
        var written = 1;
        await using (await HoldTableAsync(pipeline))
        {
            await Eventually.TrueAsync(
                () =>
                {
                    Write(pipeline, Portion);
                    written += Portion;
                    return pipeline.Counters.Dropped > 0;
                },
                "the bound is reached");
        }

        await StoredAsync(written - pipeline.Counters.Dropped);
        Write(pipeline, 10);
        await StoredAsync(written + 10 - pipeline.Counters.Dropped);
    }

    // COPY waits for the lock, everything else answers. The day's partition is made by a row before.
    private async Task<NpgsqlConnection> HoldTableAsync(LogPipeline pipeline, int stored = 1)
    {
        Write(pipeline, 1);
        await StoredAsync(stored);
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE observability.request_logs IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    // Segments and not rows are counted: a segment may have been sealed early. A portion is two or three, less than half of the smallest queue here.
    private static Task RoomAsync(LogPipeline pipeline) => Eventually.TrueAsync(() => !pipeline.Queue.IsCrowded, "memory has room");

    private static void Write(LogPipeline pipeline, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pipeline.Log.Write(RequestRecords.Proxied());
        }
    }

    private Task StoredAsync(long rows) =>
        Eventually.TrueAsync(async () => await ScalarAsync("SELECT count(*) FROM observability.request_logs") == rows, $"{rows} rows are stored", TimeSpan.FromSeconds(30));

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
