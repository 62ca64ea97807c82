using System.Net;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>What goes in comes out, whatever it is; and going in costs nothing.</summary>
public sealed class RequestLogRoundTripTests
{
    private TestDatabase _database = null!;
    private LogPipeline _pipeline = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _folder = Directory.CreateTempSubdirectory("datahub-log").FullName;
        _pipeline = await new LogPipeline(_database.DataSource, _folder).StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _pipeline.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Write_CompleteRecord_ReadsBackEveryField()
    {
        var record = RequestRecords.Proxied();

        var row = await RoundTripAsync(record);

        row.Should().BeEquivalentTo(new
        {
            record.At, record.Id, record.DurationMicros, UpstreamMicros = (long?)1500, record.RequestBytes, record.ResponseBytes, record.Epoch, record.Status, record.Outcome,
            record.SecretVersion, record.RouteId, record.KeyId, record.ConsumerId, record.IssuerId, record.Subject, TraceId = "4bf92f3577b34da6a3ce929d0e0e4736", SpanId = "f0f067aa0ba902b7", record.ClientIp, record.Method, record.Host, record.Path,
            record.Query, record.Protocol, ErrorCode = (string?)null, ErrorType = (string?)null, record.Api, record.UpstreamId, record.Destination, record.UserAgent,
            Node = "node-1", record.KeySource, Tier = "free", Limits = "minute;q=600;w=60;r=599;t=23,burst;q=20;w=1;r=7;t=1;s", MissingScopes = (string[]?)null,
        });
    }

    [Test]
    public async Task Write_EmptyRecord_StoresNulls()
    {
        var row = await RoundTripAsync(new RequestRecord { Id = Guid.CreateVersion7(RequestRecords.Noon), At = RequestRecords.Noon });

        row.RouteId.Should().BeNull();
        row.IssuerId.Should().BeNull();
        row.Subject.Should().BeNull();
        row.UpstreamMicros.Should().BeNull();
        row.ClientIp.Should().BeNull();
        row.TraceId.Should().BeNull();
        row.SpanId.Should().BeNull();
        row.Limits.Should().BeNull();
        row.Path.Should().BeEmpty();
    }

    [Test]
    public async Task Write_Extremes_AreStoredOrClamped()
    {
        var record = RequestRecords.Proxied();
        (record.DurationMicros, record.RequestBytes, record.ResponseBytes, record.Epoch) = (long.MaxValue, long.MaxValue, long.MinValue, long.MaxValue);
        (record.Status, record.SecretVersion, record.Outcome) = (int.MaxValue, int.MinValue, (RequestOutcome)255);
        record.Limits![0] = new LimitReadingOf(long.MaxValue, int.MaxValue);

        var row = await RoundTripAsync(record);

        row.DurationMicros.Should().Be(long.MaxValue);
        row.ResponseBytes.Should().Be(long.MinValue);
        row.Status.Should().Be(short.MaxValue);
        row.SecretVersion.Should().Be(int.MinValue);
        LimitTrail.Parse(row.Limits).Limits[0].Remaining.Should().Be(long.MaxValue);
    }

    // A lone surrogate cannot stand in an attribute, which is stored as UTF-8.
    private static readonly object[] HostileTexts =
    [
        new object[] { "a\0b", "a?b" },
        new object[] { "\ud800", "\ufffd" },
        new object[] { "x\udc00y", "x\ufffdy" },
        new object[] { "\ud83d\ude00", "\ud83d\ude00" },
        new object[] { "\u0001\u001f\u007f\u0080\uffff", "\u0001\u001f\u007f\u0080\uffff" },
        new object[] { "'; DROP TABLE x; --\\N\t\r\n", "'; DROP TABLE x; --\\N\t\r\n" },
    ];

    [TestCaseSource(nameof(HostileTexts))]
    public async Task Write_HostileText_IsStoredClean(string hostile, string expected)
    {
        var record = RequestRecords.Proxied();
        (record.Path, record.Query, record.Host, record.Method, record.UserAgent, record.Api) = (hostile, hostile, hostile, hostile, hostile, hostile);
        (record.ErrorCode, record.ErrorType, record.Destination, record.UpstreamId, record.Protocol, record.KeySource) = (hostile, hostile, hostile, hostile, hostile, hostile);
        (record.MissingScopes, record.Subject) = ([hostile, ""], hostile);

        var row = await RoundTripAsync(record);

        row.Path.Should().Be(expected);
        row.UserAgent.Should().Be(expected);
        row.Subject.Should().Be(expected);
        row.MissingScopes.Should().Equal(expected, "");
    }

    [Test]
    public async Task Write_TextPastEveryBound_IsCutAndFits()
    {
        var huge = new string('\u20ac', 100_000);
        var record = RequestRecords.Proxied();
        (record.Path, record.Query, record.Host, record.Method, record.UserAgent, record.Api) = (huge, huge, huge, huge, huge, huge);
        (record.ErrorCode, record.ErrorType, record.Destination, record.UpstreamId, record.Protocol, record.KeySource) = (huge, huge, huge, huge, huge, huge);
        (record.MissingScopes, record.Subject) = ([.. Enumerable.Repeat(huge, 100)], huge);
        RequestRowEncoder.Encode(record, huge, new byte[RequestRowEncoder.MaxRowBytes]).Should().BeLessThanOrEqualTo(RequestRowEncoder.BoundOf(record));

        var row = await RoundTripAsync(record);

        row.Path.Should().HaveLength(2048);
        row.Subject.Should().HaveLength(255);
        row.MissingScopes.Should().HaveCount(16);
    }

    [TestCase("203.0.113.9")]
    [TestCase("2001:db8::7")]
    [TestCase(null)]
    public async Task Write_OldRecordOfAKey_IsNotedForWhoeverReadsTheLogOnce(string? address)
    {
        var record = RequestRecords.RateLimited();
        (record.KeyId, record.ClientIp) = (Guid.CreateVersion7(), address is null ? null : IPAddress.Parse(address));
        await RoundTripAsync(record);
        var fresh = RequestRecords.Proxied(TimeProvider.System.GetUtcNow().AddMinutes(1));
        fresh.KeyId = Guid.CreateVersion7();
        await RoundTripAsync(fresh);

        (await _database.QueryScalarAsync<long>($"""
            SELECT count(*) FROM observability.request_log_late l JOIN observability.request_logs r USING (at, key_id, outcome)
            WHERE l.key_id = '{record.KeyId}' AND l.client_ip IS NOT DISTINCT FROM r.client_ip AND r.id = '{record.Id}'
            """)).Should().Be(1);
        (await _database.QueryScalarAsync<long>($"SELECT count(*) FROM observability.request_log_late WHERE key_id = '{fresh.KeyId}'")).Should().Be(0);
    }

    [TestCase("::1")]
    [TestCase("2001:db8::ff00:42:8329")]
    [TestCase("0.0.0.0")]
    [TestCase("255.255.255.255")]
    public async Task Write_Address_ReadsBack(string address)
    {
        var record = RequestRecords.Proxied();
        record.ClientIp = IPAddress.Parse(address);

        (await RoundTripAsync(record)).ClientIp.Should().Be(IPAddress.Parse(address));
    }

    [Test]
    public async Task Write_MappedAddress_IsStoredAsIPv4()
    {
        var record = RequestRecords.Proxied();
        record.ClientIp = IPAddress.Parse("::ffff:192.0.2.7");

        (await RoundTripAsync(record)).ClientIp.Should().Be(IPAddress.Parse("192.0.2.7"));
    }

    // Rows replayed late, and a clock that is far off, still find a partition.
    [TestCase("1999-12-31T23:59:59.999999Z")]
    [TestCase("2026-02-28T23:59:59.999999Z")]
    [TestCase("2200-01-01T00:00:00Z")]
    public async Task Write_AnyDay_MakesItsPartition(string at)
    {
        var record = RequestRecords.Proxied(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));

        (await RoundTripAsync(record)).At.Should().Be(record.At);
    }

    [Test]
    public void Write_SteadyState_AllocatesNothing()
    {
        using var queue = new SegmentQueue(4);
        var log = new RequestLog(queue, new RequestLogCounters(), "node-1");
        var record = RequestRecords.RateLimited();
        void Round()
        {
            for (var i = 0; i < 1000; i++)
            {
                log.Write(record);
                if (queue.Count > 2)
                {
                    queue.Release();
                }
            }
        }

        Round();
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private async Task<RequestLogRow> RoundTripAsync(RequestRecord record)
    {
        _pipeline.Log.Write(record);
        RequestLogRow? row = null;
        await Eventually.TrueAsync(async () => (row = await _pipeline.Reader.FindAsync(record.Id, CancellationToken.None)) is not null, "the row is stored");
        return row!;
    }

    private sealed record LimitReadingOf(long Remaining, int Reset)
    {
        public static implicit operator DataHub.Application.Traffic.Contracts.LimitReading(LimitReadingOf reading) =>
            new() { Remaining = reading.Remaining, ResetSeconds = reading.Reset, Denied = true };
    }
}
