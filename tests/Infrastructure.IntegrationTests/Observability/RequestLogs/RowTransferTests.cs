using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>A transfer that was given up lives on in the server, and ends while the next one stores the same rows.</summary>
public sealed class RowTransferTests
{
    private const int Rows = 10;

    private readonly Guid _writer = Guid.CreateVersion7();
    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    [TestCase(false, true, 0, Description = "its first batch; it ends well")]
    [TestCase(false, false, Rows, Description = "its first batch; it fails")]
    [TestCase(true, true, 0, Description = "a later batch; it ends well")]
    [TestCase(true, false, Rows, Description = "a later batch; it fails")]
    public async Task StoreAsync_AnotherTransferOfTheSameRowsIsUnderWay_WaitsForItAndStoresWhatIsMissing(bool notedBefore, bool endsWell, int stored)
    {
        if (notedBefore)
        {
            await _database.ExecuteAsync($"INSERT INTO observability.request_log_progress (writer, segment, rows) VALUES ('{_writer}', 1, {Rows})");
        }

        await using var givenUp = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await givenUp.BeginTransactionAsync();
        await using (var note = new NpgsqlCommand(
            "INSERT INTO observability.request_log_progress (writer, segment, rows) VALUES ($1, 2, $2) ON CONFLICT (writer) DO UPDATE SET segment = 2, rows = $2", givenUp))
        {
            note.Parameters.Add(new NpgsqlParameter { Value = _writer });
            note.Parameters.Add(new NpgsqlParameter { Value = Rows });
            await note.ExecuteNonQueryAsync();
        }

        using var transfer = new RowTransfer(_database.DataSource, new RequestLogPartitions(_database.DataSource), TimeProvider.System);
        var storing = transfer.StoreAsync(Batch(2), CancellationToken.None);
        await Eventually.TrueAsync(
            async () => await _database.QueryScalarAsync<long>("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()") == 1,
            "it waits");
        storing.IsCompleted.Should().BeFalse();
        await (endsWell ? transaction.CommitAsync() : transaction.RollbackAsync());
        await storing;

        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM observability.request_logs")).Should().Be(stored);
        (await _database.QueryScalarAsync<long>($"SELECT segment FROM observability.request_log_progress WHERE writer = '{_writer}'")).Should().Be(2);
    }

    // What is noted must not go back.
    [Test]
    public async Task StoreAsync_OlderThanWhatIsNoted_LeavesTheNote()
    {
        await _database.ExecuteAsync($"INSERT INTO observability.request_log_progress (writer, segment, rows) VALUES ('{_writer}', 7, 3)");
        using var transfer = new RowTransfer(_database.DataSource, new RequestLogPartitions(_database.DataSource), TimeProvider.System);

        await transfer.StoreAsync(Batch(2), CancellationToken.None);

        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM observability.request_logs")).Should().Be(0);
        (await _database.QueryScalarAsync<long>($"SELECT segment * 10 + rows FROM observability.request_log_progress WHERE writer = '{_writer}'")).Should().Be(73);
    }

    private RowBatch Batch(long sequence)
    {
        var segment = LogSegments.Of([.. Enumerable.Range(0, Rows).Select(_ => RequestRecords.Proxied())]);
        return new RowBatch(_writer, [new RowRange(sequence, 0, Rows, segment.Buffer.AsMemory(0, segment.Length))], new HashSet<DateOnly>(segment.Days.ToArray()));
    }
}
