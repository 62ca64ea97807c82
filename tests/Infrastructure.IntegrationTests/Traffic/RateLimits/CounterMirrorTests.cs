using System.Runtime.InteropServices;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

public class CounterMirrorTests
{
    // The others took 15 in a tenth of a second, which the 20 that this node gave back at the same time must not hide.
    [Test]
    public void Learn_UnitsGivenBackToALimitWithoutRoom_DoNotHideWhatOthersTook()
    {
        var clock = new ManualClock();
        using var memory = new MemoryCounterStore(new CounterClock(clock), 1_000);
        var mirror = new CounterMirror(memory, memory.Clock);
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 100, WindowSeconds = 1, Cost = 20 }));
        var keys = RedisCounterStore.KeysOf(request);

        mirror.Learn(request.Tier, keys, Refused(memory.Clock.NowMicros, level: 100), []);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        mirror.Learn(request.Tier, keys, Refused(memory.Clock.NowMicros, level: 85), [new GrantReport(1, 1, Unspent: 1, Spent: 0, Charged: 1)]);
        clock.Advance(TimeSpan.FromMilliseconds(300));

        memory.Decide(request, new NodeShare(2, 0, 1)).Should().Be(CounterVerdict.Denied, "55 of the 85 still count, and the others take 45 meanwhile");
    }

    private static Grant Refused(long now, double level) => Grant.Parse(MemoryMarshal.AsBytes<double>([0, now, 0, -1, now, level, 0, 0]), 1);
}
