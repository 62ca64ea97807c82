using DataHub.Application.Traffic.IpRules;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Traffic.IpRules;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class FailedAuthenticationGuardTests
{
    private static readonly UInt128 Address = 0x0A000001;

    private readonly ManualClock _clock = new();

    [Test]
    public void IsBlocked_AfterTheLimit_UntilTheFailuresFade()
    {
        var guard = Guard(60);
        for (var i = 0; i < 60; i++)
        {
            guard.IsBlocked(Address, out _).Should().BeFalse();
            guard.RecordFailure(Address);
        }

        guard.IsBlocked(Address, out var retryAfter).Should().BeTrue();
        retryAfter.Should().Be(1);
        guard.IsBlocked(Address + 1, out _).Should().BeFalse();

        _clock.Advance(TimeSpan.FromSeconds(retryAfter));
        guard.IsBlocked(Address, out retryAfter).Should().BeFalse();
        retryAfter.Should().Be(0);
    }

    [Test]
    public void IsBlocked_SmallLimit_WaitsAsLongAsAFailureTakesToFade()
    {
        var guard = Guard(2);
        guard.RecordFailure(Address);
        guard.RecordFailure(Address);

        guard.IsBlocked(Address, out var retryAfter).Should().BeTrue();
        retryAfter.Should().Be(30);
    }

    [Test]
    public void RecordFailure_WhileBlocked_DoesNotLengthenTheBlock()
    {
        var guard = Guard(60);
        for (var i = 0; i < 10_000; i++)
        {
            guard.RecordFailure(Address);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        guard.IsBlocked(Address, out _).Should().BeFalse();
    }

    [Test]
    public void Zero_SwitchesTheGuardOff()
    {
        var guard = Guard(0);
        for (var i = 0; i < 100; i++)
        {
            guard.RecordFailure(Address);
        }

        guard.IsBlocked(Address, out _).Should().BeFalse();
        guard.Count.Should().Be(0);
    }

    [Test]
    public void Flood_OfAddresses_StaysBoundedAndIsForgotten()
    {
        var guard = Guard(60, watched: 1_000);
        for (var i = 0; i < 50_000; i++)
        {
            guard.RecordFailure((UInt128)i);
        }

        guard.Count.Should().BeLessThanOrEqualTo(1_001);
        _clock.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 1_000; i++)
        {
            guard.RecordFailure(Address);
        }

        guard.Count.Should().BeLessThan(10);
    }

    [Test]
    public void IsBlocked_Clean_AllocatesNothing()
    {
        var guard = Guard(60);
        guard.RecordFailure(Address);
        guard.IsBlocked(Address + 1, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            guard.IsBlocked(Address + 1, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private FailedAuthenticationGuard Guard(int perMinute, int watched = 100_000) =>
        new(_clock, new IpRuleOptions { FailedAuthenticationsPerMinute = perMinute, MaxWatchedAddresses = watched });
}
