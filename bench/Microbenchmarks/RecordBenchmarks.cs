using System.Net;
using BenchmarkDotNet.Attributes;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.Infrastructure.Observability.Telemetry;

namespace DataHub.Benchmarks;

/// <summary>What a finished request costs: its row for the log and its counts for the metrics.</summary>
[MemoryDiagnoser]
[BenchmarkCategory(ZeroAllocation.Decision)]
public class RecordBenchmarks
{
    private const string Route = "rte_01kakz7v9w3m8q2r5t6y7v8w9x";

    private readonly RequestMetrics _metrics = new();
    private readonly byte[] _row = new byte[RequestRowEncoder.MaxRowBytes];
    private readonly RequestRecord _record = new()
    {
        Id = new Guid("0192f0c1-0000-7000-8000-000000000001"),
        At = DateTimeOffset.UnixEpoch,
        Method = "GET",
        Host = "127.0.0.1:3000",
        Path = "/gateway/orders/items/42",
        Protocol = "HTTP/1.1",
        Status = 200,
        RouteId = new Guid("0192f0c1-0000-7000-8000-000000000002"),
        Api = "orders",
        UpstreamId = "ups_01kakz7v9w3m8q2r5t6y7v8w9x",
        Destination = "one",
        KeyId = new Guid("0192f0c1-0000-7000-8000-000000000003"),
        SecretVersion = 1,
        ConsumerId = new Guid("0192f0c1-0000-7000-8000-000000000004"),
        ClientIp = IPAddress.Loopback,
        ResponseBytes = 127,
        DurationMicros = 900,
        UpstreamMicros = 600,
        TraceId = Guid.Parse("4bf92f3577b34da6a3ce929d0e0e4736"),
        SpanId = 0x00f067aa0ba902b7,
        KeySource = "l1",
        Limits = new RateLimitEvaluation { Tier = SampleTier.Of(600), Count = 2 },
    };

    [Benchmark]
    public int Log_Encode() => RequestRowEncoder.Encode(_record, "node-1", _row);

    [Benchmark]
    public void Metrics_Record() => _metrics.Record(_record, Route);
}
