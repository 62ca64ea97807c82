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

    // Nothing was sent for days, then much of it at once: the warning comes first, and a day to act on it.
    [TestCase(0)]
    [TestCase(1)]
    public void After_FailuresWithoutALastWarning_WarnsADayBeforeItDisables(int warned)
    {
        var (health, signal) = new EndpointHealth(Noon - 6.Days(), Noon - 5.Days(), null, 30, warned).After(AttemptClass.Connect, Noon);
        signal.Should().Be(HealthSignal.WarnLast);
        health.Should().Be(new EndpointHealth(Noon - 4.Days(), Noon, null, 31, 2));

        (health, signal) = health.After(AttemptClass.Connect, Noon + 24.Hours() - 1.Seconds());
        signal.Should().Be(HealthSignal.None);
        health.After(AttemptClass.Connect, Noon + 24.Hours()).Signal.Should().Be(HealthSignal.Disable);
    }

    // An hour before it would be disabled is late for a warning.
    [Test]
    public void After_LastWarningThatComesLate_PutsDisablingOff()
    {
        var (health, signal) = new EndpointHealth(Noon - 119.Hours(), Noon - 70.Hours(), null, 30, 1).After(AttemptClass.Timeout, Noon);
        signal.Should().Be(HealthSignal.WarnLast);
        health.After(AttemptClass.Timeout, Noon + 1.Hours()).Signal.Should().Be(HealthSignal.None);
        health.After(AttemptClass.Timeout, Noon + 24.Hours()).Signal.Should().Be(HealthSignal.Disable);
    }

    [Test]
    public void After_LastWarningInTime_PutsNothingOff() =>
        new EndpointHealth(Noon - 72.Hours(), Noon - 1.Hours(), null, 30, 1).After(AttemptClass.Timeout, Noon).Should()
            .Be((new EndpointHealth(Noon - 72.Hours(), Noon, null, 31, 2), HealthSignal.WarnLast));

    // It is never disabled: the record stays as it was.
    [Test]
    public void After_LateWarningWithoutAutoDisable_MovesNothing() =>
        new EndpointHealth(Noon - 9.Days(), Noon - 5.Days(), null, 30, 0).After(AttemptClass.Timeout, Noon, autoDisable: false).Should()
            .Be((new EndpointHealth(Noon - 9.Days(), Noon, null, 31, 2), HealthSignal.WarnLast));

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
