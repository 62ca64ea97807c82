using DataHub.Application.Abstractions;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.Infrastructure.Randomness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>The whole way of a row, from the request to PostgreSQL, over one database and one spool folder.</summary>
internal sealed class LogPipeline : IAsyncDisposable
{
    private readonly RowTransfer _transfer;
    private bool _running;

    public LogPipeline(NpgsqlDataSource dataSource, string folder, RequestLogsOptions? options = null, int maxSegments = 64)
    {
        var settings = Options.Create(options ?? new RequestLogsOptions { FlushMilliseconds = 20, StoreTimeoutSeconds = 2 });
        Counters = new RequestLogCounters();
        Queue = new SegmentQueue(maxSegments);
        Spool = new RowSpool(folder, settings.Value.SpoolMegabytes * 1024L * 1024L, TimeProvider.System, Counters);
        Log = new RequestLog(Queue, Counters, "node-1");
        Partitions = new RequestLogPartitions(dataSource);
        _transfer = new RowTransfer(dataSource, Partitions, TimeProvider.System);
        Delivery = new RowDelivery(_transfer, Spool, Counters, dataSource, new Uuid7Source(TimeProvider.System), settings,
            TimeProvider.System, NullLogger<RowDelivery>.Instance);
        Shipper = new RequestLogShipper(Log, Queue, Spool, Delivery, Counters, settings, TimeProvider.System, Events);
        Reader = new RequestLogReader(dataSource, new TenantScope(new WriteContext()));
    }

    /// <summary>What the shipper told.</summary>
    public LoggedEvents<RequestLogShipper> Events { get; } = new();

    public RequestLogCounters Counters { get; }

    public SegmentQueue Queue { get; }

    public RowSpool Spool { get; }

    public RequestLog Log { get; }

    public RequestLogPartitions Partitions { get; }

    public RowDelivery Delivery { get; }

    public RequestLogShipper Shipper { get; }

    public RequestLogReader Reader { get; }

    public async Task<LogPipeline> StartAsync()
    {
        await Shipper.StartAsync(CancellationToken.None);
        _running = true;
        return this;
    }

    public async Task StopAsync()
    {
        if (_running)
        {
            _running = false;
            await Shipper.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Shipper.Dispose();
        Spool.Dispose();
        Queue.Dispose();
        _transfer.Dispose();
    }
}
