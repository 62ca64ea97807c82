using System.Diagnostics.Metrics;
using DataHub.Infrastructure.Observability.Telemetry;
using FluentAssertions;
using NUnit.Framework;
using OpenTelemetry.Metrics;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Telemetry;

/// <summary>What an instrument may cost, and what of it is shown.</summary>
public class MetricViewsTests
{
    [TestCase("System.Runtime", "dotnet.gc.collections", MetricViews.FewSeries)]
    [TestCase("Microsoft.AspNetCore.Server.Kestrel", "kestrel.active_connections", MetricViews.FewSeries)]
    [TestCase("Microsoft.AspNetCore.Server.Kestrel", "kestrel.connection.duration", MetricViews.FewSeries)]
    [TestCase("DataHub.Webhooks", "datahub.webhook.attempts", MetricViews.FewSeries)]
    [TestCase("DataHub.RateLimits", "datahub.ratelimit.decisions", MetricViews.ManySeries)]
    [TestCase("DataHub.Access", "datahub.issuer.keys.age", MetricViews.ManySeries)]
    [TestCase("Microsoft.AspNetCore.Hosting", "http.server.request.duration", MetricViews.ManySeries)]
    public void Of_Instrument_HasRoomForTheSeriesThatItsTagsMake(string meter, string instrument, int series) =>
        ViewOf(meter, instrument).CardinalityLimit.Should().Be(series);

    [Test]
    public void Of_RequestFigures_IsNone() =>
        ViewOf(RequestInstruments.MeterName, "datahub.requests").Should().BeSameAs(MetricStreamConfiguration.Drop, "the page writes them itself");

    [Test]
    public void Of_Connections_ShowsNoAddressAndCountsInSecondsToMinutes()
    {
        var view = ViewOf("Microsoft.AspNetCore.Server.Kestrel", "kestrel.connection.duration");

        view.TagKeys.Should().NotBeEmpty().And.NotContain(t => t.StartsWith("server.", StringComparison.Ordinal));
        view.Should().BeOfType<ExplicitBucketHistogramConfiguration>().Which.Boundaries.Should().EndWith(300d);
        ViewOf("Microsoft.AspNetCore.Server.Kestrel", "kestrel.active_connections").TagKeys.Should().NotBeEmpty().And.NotContain(t => t.StartsWith("server.", StringComparison.Ordinal));
    }

    private static MetricStreamConfiguration ViewOf(string meter, string instrument)
    {
        using var owner = new Meter(meter);
        return MetricViews.Of(owner.CreateHistogram<double>(instrument));
    }
}
