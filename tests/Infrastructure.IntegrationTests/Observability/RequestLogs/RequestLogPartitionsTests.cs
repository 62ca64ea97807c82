using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>Days come and go by whole partitions.</summary>
public sealed class RequestLogPartitionsTests
{
    private static readonly DateOnly Today = new(2026, 3, 31);

    private TestDatabase _database = null!;
    private RequestLogPartitions _partitions = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _partitions = new RequestLogPartitions(_database.DataSource);
    }

    [TearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    [Test]
    public async Task RunOnce_NewDay_MakesTodayAndTheDaysAheadAndDropsTheExpired()
    {
        await _partitions.EnsureAsync([Today.AddDays(-31), Today.AddDays(-30), Today.AddDays(-29)], CancellationToken.None);
        var clock = new ManualClock(new DateTimeOffset(2026, 3, 31, 23, 59, 0, TimeSpan.Zero));
        using var maintainer = new RequestLogMaintainer(_partitions, Options.Create(new RequestLogsOptions { RetentionDays = 30 }), clock, NullLogger<RequestLogMaintainer>.Instance);

        await maintainer.RunOnceAsync(CancellationToken.None);

        (await NamesAsync()).Should().Equal("request_logs_20260301", "request_logs_20260302", "request_logs_20260331", "request_logs_20260401", "request_logs_20260402");
    }

    [Test]
    public async Task Ensure_ManyNodesAtOnce_MakesOnePartition()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new RequestLogPartitions(_database.DataSource).EnsureAsync([Today], CancellationToken.None)));

        (await NamesAsync()).Should().Equal("request_logs_20260331");
    }

    [Test]
    public async Task Ensure_NewPartition_HasEveryIndex()
    {
        await _partitions.EnsureAsync([Today], CancellationToken.None);

        var parent = await _database.QueryScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE tablename = 'request_logs'");
        var child = await _database.QueryScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE tablename = 'request_logs_20260331'");
        child.Should().Be(parent).And.BeGreaterThan(5);
    }

    [Test]
    public async Task DropExpired_OnTwoNodesAtOnce_DropsOnceAndFailsNowhere()
    {
        await _partitions.EnsureAsync(Enumerable.Range(0, 6).Select(i => Today.AddDays(-100 - i)), CancellationToken.None);

        var dropped = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new RequestLogPartitions(_database.DataSource).DropExpiredAsync(Today, 30, CancellationToken.None)));

        dropped.Sum(d => d.Count).Should().Be(6);
        (await NamesAsync()).Should().BeEmpty();
    }

    // A node that was killed between detaching and dropping leaves a table without a parent.
    [Test]
    public async Task DropExpired_DetachedLeftover_IsDropped()
    {
        await _partitions.EnsureAsync([Today.AddDays(-100)], CancellationToken.None);
        await _database.ExecuteAsync("ALTER TABLE observability.request_logs DETACH PARTITION observability.request_logs_20251221");

        (await _partitions.DropExpiredAsync(Today, 30, CancellationToken.None)).Should().Equal("request_logs_20251221");
    }

    // Detaching concurrently waits for readers; a long export must not block the rows that come in meanwhile.
    [Test]
    public async Task DropExpired_WhileARowIsWritten_BlocksNobody()
    {
        await _partitions.EnsureAsync([Today, Today.AddDays(-100)], CancellationToken.None);
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var insert = new Npgsql.NpgsqlCommand("LOCK TABLE observability.request_logs_20260331 IN ROW EXCLUSIVE MODE", connection, transaction))
        {
            await insert.ExecuteNonQueryAsync();
        }

        (await _partitions.DropExpiredAsync(Today, 30, CancellationToken.None)).Should().HaveCount(1);
    }

    private async Task<List<string>> NamesAsync()
    {
        await using var command = _database.DataSource.CreateCommand("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'observability.request_logs'::regclass ORDER BY 1");
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}
