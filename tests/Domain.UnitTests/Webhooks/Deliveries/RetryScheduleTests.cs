using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using FluentAssertions.Extensions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Deliveries;

public class RetryScheduleTests
{
    [Test]
    public void Default_Always_IsThePublishedOne() => RetrySchedule.Default.Waits.Should().Equal(
        0.Seconds(), 5.Seconds(), 5.Minutes(), 30.Minutes(), 2.Hours(), 5.Hours(), 10.Hours(), 14.Hours(), 20.Hours(), 24.Hours());

    [Test]
    public void Exponential_ThreeRetries_DoublesAndStopsAtADay()
    {
        RetrySchedule.Exponential(3, 10.Seconds()).Waits.Should().Equal(0.Seconds(), 10.Seconds(), 20.Seconds(), 40.Seconds());
        RetrySchedule.Exponential(49, 1.Hours(), 10).Waits[^1].Should().Be(24.Hours());
        RetrySchedule.Exponential(0, 10.Seconds()).Attempts.Should().Be(1);
    }

    [Test]
    public void Of_NoWaitsOrTooLongOnes_IsRefused()
    {
        RetrySchedule.Of(null).Should().BeSameAs(RetrySchedule.Default);
        RetrySchedule.IsValid([]).Should().BeFalse();
        RetrySchedule.IsValid([25.Hours()]).Should().BeFalse();
        RetrySchedule.IsValid([-1.Seconds()]).Should().BeFalse();
        RetrySchedule.IsValid([.. Enumerable.Repeat(1.Seconds(), 51)]).Should().BeFalse();
        var make = () => RetrySchedule.Of([]);
        make.Should().Throw<ArgumentException>();
    }

    [TestCase(-1, 10, 2)]
    [TestCase(50, 10, 2)]
    [TestCase(3, -1, 2)]
    [TestCase(3, 10, 0.5)]
    [TestCase(3, 10, double.NaN)]
    public void Exponential_OutOfRange_IsRefused(int retries, int seconds, double factor)
    {
        var make = () => RetrySchedule.Exponential(retries, TimeSpan.FromSeconds(seconds), factor);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [TestCase(0, 100)]
    [TestCase(0.5, 110)]
    [TestCase(1, 120)]
    [TestCase(-3, 100, Description = "never shorter")]
    public void Jitter_AnyRandom_OnlyLengthens(double random, double seconds) =>
        RetrySchedule.Jitter(100.Seconds(), random).Should().BeCloseTo(TimeSpan.FromSeconds(seconds), 1.Milliseconds());
}
