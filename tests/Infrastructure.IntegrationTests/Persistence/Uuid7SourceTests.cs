using DataHub.Infrastructure.Randomness;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Persistence;

public class Uuid7SourceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public void NewId_ManyInOneMillisecond_RiseAndAreUuid7OfIt()
    {
        var source = new Uuid7Source(new Falling(Now, 0));

        var ids = Enumerable.Range(0, 10_000).Select(_ => source.NewId()).ToList();

        ids.Select(i => i.ToString()).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        ids.Should().OnlyContain(i => i.Version == 7 && (i.Variant & 0xC) == 0x8);
        ids.Select(i => i.ToString("N")[..12]).Distinct().Should().Equal(Now.ToUnixTimeMilliseconds().ToString("x12"));
    }

    [Test]
    public void NewId_TheClockGoesBack_RisesStill()
    {
        var source = new Uuid7Source(new Falling(Now, 1));

        var ids = Enumerable.Range(0, 100).Select(_ => source.NewId().ToString()).ToList();

        ids.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
    }

    private sealed class Falling(DateTimeOffset start, int seconds) : TimeProvider
    {
        private int _reads;

        public override DateTimeOffset GetUtcNow() => start.AddSeconds(-seconds * _reads++);
    }
}
