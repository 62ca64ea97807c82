using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using FluentAssertions.Extensions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

public class RetryPolicyTests
{
    private static readonly RetrySchedule Default = RetrySchedule.Default;

    [Test]
    public void Decide_Success_Ends() =>
        RetryPolicy.Decide(new(AttemptClass.Success, 204), 1, Default, TimeSpan.Zero, 1).Should().Be(new RetryDecision(DeliveryOutcome.Delivered, TimeSpan.Zero, true, null, "delivered"));

    [TestCase(AttemptClass.Status, 500)]
    [TestCase(AttemptClass.Status, 400)]
    [TestCase(AttemptClass.Status, 503)]
    [TestCase(AttemptClass.Redirect, 302)]
    [TestCase(AttemptClass.Blocked, null)]
    [TestCase(AttemptClass.Dns, null)]
    [TestCase(AttemptClass.Connect, null)]
    [TestCase(AttemptClass.Tls, null)]
    [TestCase(AttemptClass.Protocol, null)]
    [TestCase(AttemptClass.Authentication, null)]
    public void Decide_Failure_FollowsEveryStepOfTheScheduleAndEnds(AttemptClass outcome, int? status)
    {
        for (var attempt = 1; attempt < Default.Attempts; attempt++)
        {
            var step = Default.Waits[attempt];
            RetryPolicy.Decide(new(outcome, status), attempt, Default, 10.Days(), 0).Should().Be(new RetryDecision(null, step, true, null, "schedule"));
            RetryPolicy.Decide(new(outcome, status), attempt, Default, 10.Days(), 1).Wait.Should().Be(step * 1.2);
        }

        RetryPolicy.Decide(new(outcome, status), 10, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(DeliveryOutcome.Failed, TimeSpan.Zero, true, null, "exhausted"));
    }

    [TestCase(AttemptClass.Timeout, null)]
    [TestCase(AttemptClass.Status, 502)]
    [TestCase(AttemptClass.Status, 504)]
    public void Decide_Overload_WaitsAMinuteAtLeast(AttemptClass outcome, int? status)
    {
        RetryPolicy.Decide(new(outcome, status), 1, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 60.Seconds(), true, null, "overload"));
        RetryPolicy.Decide(new(outcome, status), 2, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 5.Minutes(), true, null, "schedule"));
    }

    [Test]
    public void Decide_ThrottledWithRetryAfter_PausesTheEndpointAndUsesNothingUp()
    {
        RetryPolicy.Decide(new(AttemptClass.Throttled, 429, 90.Seconds()), 1, Default, TimeSpan.Zero, 0)
            .Should().Be(new RetryDecision(null, 90.Seconds(), false, 90.Seconds(), "retry-after"));
        RetryPolicy.Decide(new(AttemptClass.Throttled, 503, 30.Hours()), 10, Default, 2.Days(), 0.5)
            .Should().Be(new RetryDecision(null, 24.Hours(), false, 24.Hours(), "retry-after"));
        RetryPolicy.Decide(new(AttemptClass.Throttled, 429, 1.Seconds()), 2, Default, TimeSpan.Zero, 0).Wait.Should().Be(5.Minutes(), "the schedule's own wait is longer");
    }

    // The jitter is part of the day that is granted.
    [TestCase(AttemptClass.Throttled, 429)]
    [TestCase(AttemptClass.Status, 500)]
    public void Decide_RetryAfterOfADayOrMore_WaitsNoLongerThanADay(AttemptClass outcome, int status)
    {
        RetryPolicy.Decide(new(outcome, status, 24.Hours()), 1, Default, TimeSpan.Zero, 1).Wait.Should().Be(24.Hours());
        RetryPolicy.Decide(new(outcome, status, 24.Hours()), 9, Default, TimeSpan.Zero, 1).Wait.Should().Be(24.Hours(), "that of the schedule is a day too");
        RetryPolicy.Decide(new(outcome, status, 23.Hours()), 1, Default, TimeSpan.Zero, 1).Wait.Should().Be(24.Hours());
        RetryPolicy.Decide(new(outcome, status, 10.Hours()), 1, Default, TimeSpan.Zero, 1).Wait.Should().Be(12.Hours());
    }

    [Test]
    public void Decide_ThrottledWithoutRetryAfter_WaitsAMinute() =>
        RetryPolicy.Decide(new(AttemptClass.Throttled, 429), 1, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 60.Seconds(), false, 60.Seconds(), "overload"));

    // A schedule without waits and an endpoint that says "now" must not make a loop.
    [Test]
    public void Decide_ThrottledWithZero_StillWaits() =>
        RetryPolicy.Decide(new(AttemptClass.Throttled, 429, TimeSpan.Zero), 1, RetrySchedule.Of([TimeSpan.Zero]), TimeSpan.Zero, 0).Wait.Should().Be(1.Seconds());

    [Test]
    public void Decide_ThrottledForThreeDays_Ends()
    {
        RetryPolicy.Decide(new(AttemptClass.Throttled, 429, 60.Seconds()), 1, Default, 3.Days() - 1.Seconds(), 0).Ends.Should().BeNull();
        var decision = RetryPolicy.Decide(new(AttemptClass.Throttled, 429, 60.Seconds()), 1, Default, 3.Days(), 0);
        decision.Ends.Should().Be(DeliveryOutcome.Failed);
        decision.Reason.Should().Be("too-old");
    }

    [Test]
    public void Decide_RetryAfterOnAnotherFailure_LengthensTheWaitButCounts()
    {
        RetryPolicy.Decide(new(AttemptClass.Status, 500, 1.Hours()), 1, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 1.Hours(), true, null, "retry-after"));
        RetryPolicy.Decide(new(AttemptClass.Status, 500, 1.Seconds()), 1, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 5.Seconds(), true, null, "schedule"));
    }

    [Test]
    public void Decide_Gone_HoldsAndUsesNothingUp()
    {
        var decision = RetryPolicy.Decide(new(AttemptClass.Gone, 410), 10, Default, 9.Days(), 0);
        (decision.Ends, decision.Counts, decision.Reason).Should().Be((null, false, "gone"));
        decision.Wait.Should().BeGreaterThan(TimeSpan.Zero);
    }

    [Test]
    public void Decide_OwnFault_IsNotChargedAndSlowsDown()
    {
        RetryPolicy.Decide(new(AttemptClass.Internal), 10, Default, TimeSpan.Zero, 0).Should().Be(new RetryDecision(null, 10.Seconds(), false, null, "internal"));
        RetryPolicy.Decide(new(AttemptClass.Internal), 10, Default, 4.Minutes(), 0).Wait.Should().Be(1.Minutes());
        RetryPolicy.Decide(new(AttemptClass.Internal), 10, Default, 2.Days(), 0).Wait.Should().Be(10.Minutes());
        RetryPolicy.Decide(new(AttemptClass.Internal), 1, Default, 3.Days(), 0).Ends.Should().Be(DeliveryOutcome.Quarantined);
    }

    [Test]
    public void Decide_OwnScheduleOfThreeRetries_IsFollowed()
    {
        var schedule = RetrySchedule.Exponential(3, 10.Seconds());
        RetryPolicy.Decide(new(AttemptClass.Status, 500), 3, schedule, TimeSpan.Zero, 0).Wait.Should().Be(40.Seconds());
        RetryPolicy.Decide(new(AttemptClass.Status, 500), 4, schedule, TimeSpan.Zero, 0).Ends.Should().Be(DeliveryOutcome.Failed);
    }
}
