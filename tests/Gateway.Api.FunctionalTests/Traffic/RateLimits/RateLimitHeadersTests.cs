using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Gateway.Api.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.StructuredFields;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Traffic.RateLimits;

public class RateLimitHeadersTests
{
    private static readonly LimitBuilder Minute = new() { Name = "minute", Limit = 600 };
    private static readonly LimitBuilder Burst = new() { Name = "burst", Limit = 20, WindowSeconds = 1, Algorithm = RateLimitAlgorithm.TokenBucket };
    private static readonly LimitBuilder Trial = new() { Name = "trial", Limit = 5, Shadow = true };

    [Test]
    public void Apply_SeveralLimits_ListsAllAndShowsTheTightestFirst()
    {
        var headers = Apply([Minute, Burst], (41, 12, false), (19, 1, false));

        headers["RateLimit-Policy"].ToString().Should().Be("\"minute\";q=600;w=60, \"burst\";q=20;w=1");
        var policy = StructuredFieldParser.ParseList(headers["RateLimit-Policy"].ToString());
        policy.Select(p => (p.Value, p["q"], p["w"])).Should().Equal(("minute", 600L, 60L), ("burst", 20L, 1L));
        var items = StructuredFieldParser.ParseList(headers["RateLimit"].ToString());
        items.Select(p => (p.Value, p["r"], p["t"])).Should().Equal(("minute", 41L, 12L), ("burst", 19L, 1L));
        headers["X-RateLimit-Limit"].ToString().Should().Be("600");
        headers["X-RateLimit-Remaining"].ToString().Should().Be("41");
        headers["X-RateLimit-Reset"].ToString().Should().Be("1000012");
    }

    [Test]
    public void Apply_OneLimitRefused_ShowsThatOneFirst()
    {
        var headers = Apply([Minute, Burst with { Cost = 5 }], (1, 12, false), (4, 1, true));

        StructuredFieldParser.ParseList(headers["RateLimit"].ToString())[0].Value.Should().Be("burst");
        headers["X-RateLimit-Remaining"].ToString().Should().Be("4");
        headers["X-RateLimit-Limit"].ToString().Should().Be("20");
    }

    [Test]
    public void Apply_ShadowLimit_IsNotShown()
    {
        var headers = Apply([Trial, Minute], (0, 9, true), (300, 7, false));

        headers["RateLimit-Policy"].ToString().Should().Be("\"minute\";q=600;w=60");
        headers["RateLimit"].ToString().Should().Be("\"minute\";r=300;t=7");
        headers["X-RateLimit-Limit"].ToString().Should().Be("600");
    }

    [Test]
    public void Apply_OnlyShadowsOrNothingKnown_SetsNothing()
    {
        Apply([Trial], (0, 9, true)).Should().BeEmpty();
        Apply([]).Should().BeEmpty();
        var unknown = LimitBuilder.Request(LimitBuilder.Tier(Minute));
        var headers = new HeaderDictionary();
        RateLimitHeaders.Apply(headers, unknown, 1_000_000);
        headers.Should().BeEmpty();
    }

    [Test]
    public void Apply_LargestNumbers_StillParses()
    {
        var limits = Enumerable.Range(0, 8).Select(i => Minute with { Name = new string((char)('a' + i), 32), Limit = RateLimit.MaxLimit, WindowSeconds = RateLimit.MaxWindowSeconds }).ToArray();

        var headers = Apply(limits, [.. limits.Select(_ => (RateLimit.MaxLimit - 1, 2 * RateLimit.MaxWindowSeconds, false))]);

        StructuredFieldParser.ParseList(headers["RateLimit"].ToString()).Should().HaveCount(8);
        StructuredFieldParser.ParseList(headers["RateLimit-Policy"].ToString()).Should().HaveCount(8);
    }

    private static HeaderDictionary Apply(LimitBuilder[] limits, params (long Remaining, int Reset, bool Denied)[] readings)
    {
        var request = LimitBuilder.Request(LimitBuilder.Tier(limits));
        request.Count = readings.Length;
        for (var i = 0; i < readings.Length; i++)
        {
            request[i] = new LimitReading { Remaining = readings[i].Remaining, ResetSeconds = readings[i].Reset, Denied = readings[i].Denied };
        }

        var headers = new HeaderDictionary();
        RateLimitHeaders.Apply(headers, request, 1_000_000);
        return headers;
    }
}
