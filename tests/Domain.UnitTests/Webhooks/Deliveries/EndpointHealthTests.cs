using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using FluentAssertions.Extensions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

public class EndpointHealthTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void After_FailuresForFiveDays_WarnsTwiceThenDisables()
    {
        var signals = Fail(default, Noon, every: 6.Hours(), times: 21);
        signals.Should().Equal((24, HealthSignal.WarnFirst), (72, HealthSignal.WarnLast), (120, HealthSignal.Disable));
    }

    [Test]
    public void After_FewFailures_NeverDisables() =>
        Fail(default, Noon, every: 2.Days(), times: 19).Select(s => s.Signal).Should().NotContain(HealthSignal.Disable);

    // Twenty at once are one outage, not a dead endpoint.
    [Test]
    public void After_ManyFailuresInAShortTime_DoesNothing() =>
        Fail(default, Noon, every: 1.Minutes(), times: 600).Should().BeEmpty();

    [Test]
    public void After_OneSuccess_StartsAnewAndTellsOfRecovery()
    {
        var health = new EndpointHealth(Noon, Noon + 4.Days(), null, 50, 2);
        var (next, signal) = health.After(AttemptClass.Success, Noon + 4.9.Days());
        signal.Should().Be(HealthSignal.Recovered);
        next.Should().Be(new EndpointHealth(null, null, Noon + 4.9.Days(), 0, 0));
        next.After(AttemptClass.Status, Noon + 5.Days()).Signal.Should().Be(HealthSignal.None);
    }

    [Test]
    public void After_OwnFault_ChangesNothing()
    {
        var health = new EndpointHealth(Noon, Noon + 4.Days(), null, 50, 2);
        health.After(AttemptClass.Internal, Noon + 9.Days()).Should().Be((health, HealthSignal.None));
    }

    [Test]
    public void After_WithoutAutoDisable_OnlyWarns() =>
        Fail(default, Noon, every: 6.Hours(), times: 100, autoDisable: false).Select(s => s.Signal).Should().Equal(HealthSignal.WarnFirst, HealthSignal.WarnLast);

    // It was silent for a month: the first failure is the first.
    [Test]
    public void After_FirstFailureLongAfterTheLastSuccess_IsTheStartOfTheClock() =>
        new EndpointHealth(null, null, Noon - 30.Days(), 0, 0).After(AttemptClass.Timeout, Noon).Should()
            .Be((new EndpointHealth(Noon, Noon, Noon - 30.Days(), 1, 0), HealthSignal.None));

    [Test]
    public void Reset_AfterEnabling_StartsAnew() =>
        new EndpointHealth(Noon, Noon + 5.Days(), Noon - 1.Days(), 50, 2).Reset().Should().Be(new EndpointHealth(null, null, Noon - 1.Days(), 0, 0));

    private static List<(int Hours, HealthSignal Signal)> Fail(EndpointHealth health, DateTimeOffset from, TimeSpan every, int times, bool autoDisable = true)
    {
        var signals = new List<(int, HealthSignal)>();
        for (var i = 0; i < times; i++)
        {
            var at = from + (every * i);
            (health, var signal) = health.After(AttemptClass.Status, at, autoDisable);
            if (signal != HealthSignal.None)
            {
                signals.Add(((int)(at - from).TotalHours, signal));
            }
        }

        return signals;
    }
}
