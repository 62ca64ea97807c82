using System.Buffers.Binary;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>A spool that another build has left: of rows with other columns.</summary>
public sealed class EarlierRowsTests
{
    private const int Rows = 40;

    // Places of what the first build did not have: tenant_id, issuer_id, subject.
    private static readonly int[] Later = [7, 11, 33];

    private TestDatabase _database = null!;
    private string _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _folder = Directory.CreateTempSubdirectory("datahub-spool").FullName;
    }

    [TearDown]
    public async Task StopAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Start_RowsOfTheBuildBefore_AreReplayedWithTheirColumns()
    {
        Leave('1', Later);

        await using var pipeline = await new LogPipeline(_database.DataSource, _folder).StartAsync();

        await Eventually.TrueAsync(() => pipeline.Counters.Written == Rows, "the rows are replayed");
        var stored = await _database.QueryScalarAsync<long>(
            $"SELECT count(*) FROM observability.request_logs WHERE tenant_id = '{TenantId.Default.Value}' AND issuer_id IS NULL AND subject IS NULL AND key_id IS NOT NULL AND path <> ''");
        stored.Should().Be(Rows);
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM observability.request_log_late WHERE key_id IS NOT NULL")).Should().Be(Rows, "they are late");
        (pipeline.Counters.Damaged, pipeline.Counters.Rejected).Should().Be((0, 0));
        Directory.GetFiles(_folder).Should().BeEmpty();
    }

    [Test]
    public async Task Start_RowsOfANewerBuild_AreKeptAndCounted()
    {
        var path = Leave('9', []);

        await using var pipeline = await new LogPipeline(_database.DataSource, _folder).StartAsync();

        await Eventually.TrueAsync(() => pipeline.Counters.Damaged == 1, "the file is counted");
        await Eventually.TrueAsync(() => Directory.GetFiles(_folder) is [var only] && only == path + ".damaged", "it is set aside");
        new FileInfo(path + ".damaged").Length.Should().BeInRange(1, SpoolFrame.MaxBytes, "however small it is");
    }

    private string Leave(char number, int[] without)
    {
        var rows = LogSegments.Of([.. Enumerable.Range(0, Rows).Select(_ => RequestRecords.Proxied(at: TimeProvider.System.GetUtcNow().AddMinutes(-1)))]);
        var payload = Without(rows.Buffer.AsSpan(0, rows.Length), without);
        var header = new byte[SpoolFrame.HeaderBytes];
        SpoolFrame.WriteHeader(header, RowFormat.Current, Guid.CreateVersion7(), rows.Sequence, rows.Rows, rows.Days, payload);
        header[3] = (byte)number; // The checksum begins behind it.
        var path = Path.Combine(_folder, "00000000000001-000001.rows");
        File.WriteAllBytes(path, [.. header, .. payload]);
        return path;
    }

    // Fields are a length and so many bytes; −1 has none.
    private static byte[] Without(ReadOnlySpan<byte> rows, int[] places)
    {
        var kept = new List<byte>();
        var count = new byte[sizeof(short)];
        while (rows.Length > 0)
        {
            var fields = BinaryPrimitives.ReadInt16BigEndian(rows);
            rows = rows[sizeof(short)..];
            BinaryPrimitives.WriteInt16BigEndian(count, (short)(fields - places.Length));
            kept.AddRange(count);
            for (var field = 0; field < fields; field++)
            {
                var length = sizeof(int) + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(rows));
                if (!places.Contains(field))
                {
                    kept.AddRange(rows[..length]);
                }

                rows = rows[length..];
            }
        }

        return [.. kept];
    }
}
