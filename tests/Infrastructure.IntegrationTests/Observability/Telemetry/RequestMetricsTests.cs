using DataHub.Application.Observability.Contracts;
using DataHub.Infrastructure.Observability.Telemetry;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Telemetry;

/// <summary>The cells behind <c>/metrics</c>.</summary>
public sealed class RequestMetricsTests
{
    private readonly RequestMetrics _metrics = new();

    [Test]
    public void Record_SteadyState_AllocatesNothing()
    {
        var proxied = RequestRecords.Proxied();
        var refused = RequestRecords.RateLimited();
        (refused.Outcome, refused.ErrorCode) = (RequestOutcome.Unauthenticated, "api_key_invalid");
        _metrics.Record(proxied, "rte_a");
        _metrics.Record(refused, "");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _metrics.Record(proxied, "rte_a");
            _metrics.Record(refused, "");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Test]
    public void Record_FromManyThreads_LosesNothing()
    {
        Parallel.For(0, 8, _ =>
        {
            var record = RequestRecords.Proxied();
            for (var i = 0; i < 5_000; i++)
            {
                _metrics.Record(record, "rte_race");
            }
        });

        _metrics.Routes.Single(r => r.Route == "rte_race").Read(Array.IndexOf(RouteSeries.Methods, "GET"), 1).Should().Be(40_000);
    }

    [Test]
    public void Record_MoreRoutesThanSeries_SharesTheRest()
    {
        var metrics = new RequestMetrics();
        var record = RequestRecords.Proxied();
        for (var i = 0; i < RequestMetrics.MaxSeries + 50; i++)
        {
            record.Destination = $"d{i}";
            metrics.Record(record, $"rte_{i}");
        }

        metrics.Routes.Should().HaveCount(RequestMetrics.MaxSeries + 1);
        metrics.Routes.Single(r => r.Route == RequestMetrics.Overflow).Read(2, 1).Should().Be(50);
        metrics.Upstreams.Should().HaveCount(RequestMetrics.MaxSeries + 1);
    }

    [TestCase(499, 3)]
    [TestCase(0, 0)]
    [TestCase(999, 4)]
    public void Record_StrangeStatus_CountsInTheNearestClass(int status, int expected)
    {
        var metrics = new RequestMetrics();
        var record = RequestRecords.Proxied();
        record.Status = status;

        metrics.Record(record, "rte_a");

        metrics.Routes.First().Read(2, expected).Should().Be(1);
    }

    [Test]
    public void Record_UpstreamLongerThanTheWhole_CountsNoNegativeOverhead()
    {
        var metrics = new RequestMetrics();
        var record = RequestRecords.Proxied();
        (record.DurationMicros, record.UpstreamMicros) = (100, 200);

        metrics.Record(record, "rte_a");

        metrics.Overhead.Read().SumMicros.Should().Be(0);
    }
}
