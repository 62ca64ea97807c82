using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.Telemetry;
using DataHub.Infrastructure.Observability.Telemetry;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Telemetry;

/// <summary>The line of a refused request: every field, no secret, no flood.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RefusalLogTests
{
    private readonly ManualClock _clock = new();
    private readonly CapturingLogger _lines = new();

    [Test]
    public void Write_RateLimited_TellsAllFields()
    {
        var record = RequestRecords.RateLimited();
        record.Path = "/gateway/dh_live_9fK2vT0mWqYc3nLr/orders";

        LogWith(1000).Write(record, "rte_a");

        var line = _lines.Entries.Should().ContainSingle().Subject;
        line.Should().Contain("requestId", new Domain.Observability.RequestLogs.RequestId(record.Id).ToString())
            .And.Contain("traceId", "4bf92f3577b34da6a3ce929d0e0e4736").And.Contain("code", "rate_limit_exceeded").And.Contain("status", 429).And.Contain("route", "rte_a")
            .And.Contain("clientIp", "203.0.113.9").And.Contain("method", "GET").And.Contain("limits", "minute")
            .And.Contain("path", "/gateway/[redacted]/orders");
        ((string)line["keyId"]!).Should().StartWith("key_");
    }

    [Test]
    public void Write_NoKeyNoAddress_LeavesThemEmpty()
    {
        var record = new RequestRecord { ErrorCode = "api_key_missing", Status = 401, Outcome = RequestOutcome.Unauthenticated };

        LogWith(1000).Write(record, "");

        _lines.Entries.Single()["keyId"].Should().BeNull();
        _lines.Entries.Single()["limits"].Should().BeNull();
    }

    [Test]
    public void Write_FloodOfRefusals_WritesTheShareOfASecondAndCountsTheRest()
    {
        var log = LogWith(10);
        for (var i = 0; i < 100; i++)
        {
            log.Write(RequestRecords.RateLimited(), "rte_a");
        }

        _lines.Entries.Should().HaveCount(10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        log.Write(RequestRecords.RateLimited(), "rte_a");

        _lines.Entries.Should().HaveCount(12);
        _lines.Entries[10].Should().Contain("Count", 90);
    }

    private RefusalLog LogWith(int linesPerSecond) => new(Options.Create(new TelemetryOptions { RefusalLinesPerSecond = linesPerSecond }), _clock, _lines);

    private sealed class CapturingLogger : ILogger<RefusalLog>
    {
        public List<Dictionary<string, object?>> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add(((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary());
    }
}
