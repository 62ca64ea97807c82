using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

public class TokenCacheTests
{
    [Test]
    public async Task Find_MoreTokensThanRoom_StaysBounded()
    {
        await using var harness = await TokenHarness.StartAsync(new TokensOptions { MaxCached = 100 });
        harness.Use(harness.Discovery);

        for (var i = 0; i < 250; i++)
        {
            (await harness.FindAsync(harness.Provider.Token().With("sub", $"u{i}").Build())).Status.Should().Be(TokenStatus.Valid);
            harness.Cache.Count.Should().BeLessThanOrEqualTo(100);
        }
    }

    [Test]
    public async Task Find_RememberedTokenThatEnds_IsExpiredToTheSecondAndPruned()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var harness = await TokenHarness.StartAsync(clock: clock);
        harness.Use(harness.Discovery with { ClockSkewSeconds = 5 });
        var end = clock.GetUtcNow().ToUnixTimeSeconds() + 30;
        var token = harness.Provider.Token().With("exp", end).Build();
        (await harness.FindAsync(token)).Status.Should().Be(TokenStatus.Valid);

        clock.Advance(DateTimeOffset.FromUnixTimeSeconds(end + 5).AddTicks(-1) - clock.GetUtcNow());
        (await harness.FindAsync(token)).Should().BeEquivalentTo(new { Status = TokenStatus.Valid, Source = "token:cached" });
        clock.Advance(TimeSpan.FromTicks(1));
        (await harness.FindAsync(token)).Status.Should().Be(TokenStatus.Expired);

        harness.Cache.Prune();
        harness.Cache.Count.Should().Be(0);
        (await harness.FindAsync(token)).Status.Should().Be(TokenStatus.Expired);
    }

    // An expired token that was signed by somebody else is not called expired: that would tell that it was good once.
    [Test]
    public async Task Find_ExpiredAndForged_IsInvalid()
    {
        await using var harness = await TokenHarness.StartAsync();
        harness.Use(harness.Discovery);

        (await harness.FindAsync(harness.Provider.Token(new SigningKey("k1", "ES256")).With("exp", 1).Build())).Status.Should().Be(TokenStatus.Invalid);
        (await harness.FindAsync(harness.Provider.Token().With("exp", 1).Build())).Status.Should().Be(TokenStatus.Expired);
    }
}
