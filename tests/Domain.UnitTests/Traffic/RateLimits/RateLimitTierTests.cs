using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Traffic.RateLimits;

public class RateLimitTierTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RateLimit Minute = new("minute", 60, 60);

    [TestCase("a", 1, 1, 1)]
    [TestCase("with-dash_and_9", 1_000_000_000, 2_678_400, 1_000_000_000)]
    [TestCase("abcdefghijklmnopqrstuvwxyz012345", 5, 60, 5)]
    public void Create_AtTheBounds_IsAccepted(string name, long limit, int window, int cost) =>
        Create(new RateLimit(name, limit, window, Cost: cost)).Limits.Should().ContainSingle();

    [TestCase("", 1, 1, 1, "/limits/0/name")]
    [TestCase("Upper", 1, 1, 1, "/limits/0/name")]
    [TestCase("quo\"te", 1, 1, 1, "/limits/0/name")]
    [TestCase("abcdefghijklmnopqrstuvwxyz0123456", 1, 1, 1, "/limits/0/name")]
    [TestCase("a", 0, 1, 1, "/limits/0/limit")]
    [TestCase("a", 1_000_000_001, 1, 1, "/limits/0/limit")]
    [TestCase("a", 1, 0, 1, "/limits/0/windowSeconds")]
    [TestCase("a", 1, 2_678_401, 1, "/limits/0/windowSeconds")]
    [TestCase("a", 5, 1, 0, "/limits/0/cost")]
    [TestCase("a", 5, 1, 6, "/limits/0/cost")]
    public void Create_OutOfRange_IsRefusedNamingTheField(string name, long limit, int window, int cost, string pointer)
    {
        var create = () => Create(new RateLimit(name, limit, window, Cost: cost));

        var refusal = create.Should().Throw<DomainException>().Which;
        refusal.Error.Should().BeSameAs(RateLimitErrors.InvalidLimit);
        refusal.Pointer.Should().Be(pointer);
    }

    [Test]
    public void Create_LogAboveAThousand_IsRefused()
    {
        var create = () => Create(new RateLimit("log", 1_001, 1, RateLimitAlgorithm.SlidingLog));

        create.Should().Throw<DomainException>().Which.Pointer.Should().Be("/limits/0/limit");
        Create(new RateLimit("log", 1_000, 1, RateLimitAlgorithm.SlidingLog)).Limits[0].Limit.Should().Be(1_000);
    }

    [Test]
    public void Create_SameNameTwiceOrNineLimits_IsRefused()
    {
        var twice = () => Create(Minute, Minute with { Limit = 5 });
        var nine = () => Create([.. Enumerable.Range(0, 9).Select(i => Minute with { Name = $"l{i}" })]);

        twice.Should().Throw<DomainException>().Which.Pointer.Should().Be("/limits/1/name");
        nine.Should().Throw<DomainException>().Which.Pointer.Should().Be("/limits");
    }

    [Test]
    public void Replace_Default_CannotGiveTheMarkUp()
    {
        var tier = RateLimitTier.Create(new RateLimitTierId(Guid.CreateVersion7(Noon)), "free", true, [Minute], Noon);

        var replace = () => tier.Replace("free", false, [], Noon);

        replace.Should().Throw<DomainException>().Which.Error.Should().BeSameAs(RateLimitErrors.DefaultNeeded);
        tier.IsDefault.Should().BeTrue();
        tier.Limits.Should().Equal(Minute);
    }

    [Test]
    public void Replace_Valid_ReplacesTheWholeState()
    {
        var tier = Create(Minute);

        tier.Replace("gold", true, [], Noon.AddMinutes(1));

        tier.Name.Should().Be("gold");
        tier.IsDefault.Should().BeTrue();
        tier.Limits.Should().BeEmpty();
        tier.UpdatedAt.Should().Be(Noon.AddMinutes(1));
    }

    [Test]
    public void Words_EveryValue_ReadsBack()
    {
        foreach (var value in Enum.GetValues<RateLimitAlgorithm>())
        {
            RateLimitWords.Parse<RateLimitAlgorithm>(RateLimitWords.Of(value), RateLimitWords.Of).Should().Be(value);
        }

        foreach (var value in Enum.GetValues<RateLimitSubject>())
        {
            RateLimitWords.Parse<RateLimitSubject>(RateLimitWords.Of(value), RateLimitWords.Of).Should().Be(value);
        }

        foreach (var value in Enum.GetValues<RateLimitMode>())
        {
            RateLimitWords.Parse<RateLimitMode>(RateLimitWords.Of(value), RateLimitWords.Of).Should().Be(value);
        }
    }

    private static RateLimitTier Create(params RateLimit[] limits) =>
        RateLimitTier.Create(new RateLimitTierId(Guid.CreateVersion7(Noon)), "silver", false, limits, Noon);
}
