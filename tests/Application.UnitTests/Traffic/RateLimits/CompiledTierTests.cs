using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.StructuredFields;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Traffic.RateLimits;

public class CompiledTierTests
{
    private static readonly RateLimitTierId Id = new(Guid.CreateVersion7());

    [Test]
    public void PolicyHeader_Limits_ListsThemInOrderWithoutShadows()
    {
        var tier = LimitBuilder.Tier(
            new LimitBuilder { Name = "minute", Limit = 600 }, new LimitBuilder { Name = "trial", Shadow = true }, new LimitBuilder { Name = "burst", Limit = 20, WindowSeconds = 1 });

        tier.PolicyHeader.Should().Be("\"minute\";q=600;w=60, \"burst\";q=20;w=1");
        LimitBuilder.Tier(new LimitBuilder { Shadow = true }).PolicyHeader.Should().BeNull();
        CompiledTier.Unlimited.PolicyHeader.Should().BeNull();
    }

    // Stored documents may be older than the rule for names; the header must stay readable.
    [Test]
    public void PolicyHeader_NameWithQuotes_IsEscaped()
    {
        var tier = LimitBuilder.Tier(new LimitBuilder { Name = "a\"b\\cé" });

        StructuredFieldParser.ParseList(tier.PolicyHeader!).Single().Value.Should().Be("a\"b\\c?");
    }

    [Test]
    public void Key_SameLimitCompiledAgain_NamesTheSameCounter()
    {
        var limit = new LimitBuilder();
        var key = LimitBuilder.Tier(Id, limit).Compiled[0].Key;

        LimitBuilder.Tier(Id, limit with { Limit = 99, Cost = 2, Shadow = true }).Compiled[0].Key.Should().Be(key);
        LimitBuilder.Tier(Id, limit with { WindowSeconds = 61 }).Compiled[0].Key.Should().NotBe(key);
        LimitBuilder.Tier(Id, limit with { Algorithm = RateLimitAlgorithm.TokenBucket }).Compiled[0].Key.Should().NotBe(key);
        LimitBuilder.Tier(Id, limit with { Name = "other" }).Compiled[0].Key.Should().NotBe(key);
        LimitBuilder.Tier(limit).Compiled[0].Key.Should().NotBe(key);
    }

    [Test]
    public void Fingerprint_AnyChangeOfTheLimits_Differs()
    {
        var limit = new LimitBuilder();
        var fingerprint = LimitBuilder.Tier(Id, limit).Fingerprint;

        LimitBuilder.Tier(Id, limit).Fingerprint.Should().Be(fingerprint);
        LimitBuilder.Tier(Id, limit with { Limit = 99 }).Fingerprint.Should().NotBe(fingerprint);
        LimitBuilder.Tier(Id, limit with { Shadow = true }).Fingerprint.Should().NotBe(fingerprint);
    }

    [Test]
    public void Compile_BadDocument_IsRefused()
    {
        var unknown = () => new CompiledTier(Id, "x", false, [new LimitBuilder().Document with { Algorithm = "leaky" }]);
        var range = () => LimitBuilder.Tier(new LimitBuilder { Limit = 0 });
        var twice = () => LimitBuilder.Tier(new LimitBuilder(), new LimitBuilder());
        var id = () => CompiledTier.Compile(new TierDocument("key_nonsense", "x", false, []));

        unknown.Should().Throw<FormatException>();
        range.Should().Throw<FormatException>();
        twice.Should().Throw<FormatException>();
        id.Should().Throw<FormatException>();
    }

    [Test]
    public void Seeded_Tiers_AreValidAndFreeIsTheDefault()
    {
        var tiers = SeededTiers.All.Select(t => RateLimitTier.Create(new RateLimitTierId(Guid.CreateVersion7()), t.Name, t.IsDefault, t.Limits, DateTimeOffset.UnixEpoch)).ToList();

        tiers.Select(t => t.Name).Should().Equal("free", "standard", "partner", "internal", "unlimited");
        tiers.Where(t => t.IsDefault).Select(t => t.Name).Should().Equal("free");
        tiers.Select(t => CompiledTier.Compile(TierView.DocumentOf(t)).Name).Should().HaveCount(5);
        tiers.Single(t => t.Name == "internal").Limits.Single(l => l.Name == "minute").Limit.Should().BeGreaterThanOrEqualTo(10_000);
        tiers.Single(t => t.Name == "unlimited").Limits.Should().BeEmpty();
    }
}
