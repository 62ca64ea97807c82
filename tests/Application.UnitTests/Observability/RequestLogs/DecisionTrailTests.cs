using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Application.Traffic.Contracts;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Observability.RequestLogs;

/// <summary>Each way a request can end is told by the step that ended it.</summary>
public sealed class DecisionTrailTests
{
    private static IEnumerable<TestCaseData> Endings()
    {
        yield return Case("proxied", Row(), "route:matched authenticate:ok limit:allowed forward:ok");
        yield return Case("public", Row() with { KeyId = null, KeySource = null, Limits = null }, "route:matched authenticate:not_required forward:ok");
        yield return Case("no route", Row() with { RouteId = null, Outcome = RequestOutcome.NoRoute, ErrorCode = "route_not_found" }, "route:none");
        yield return Case("edge", Row() with { RouteId = null, Outcome = RequestOutcome.Refused, ErrorCode = "payload_too_large" }, "edge:denied");
        yield return Case("no key", Row() with { KeyId = null, Limits = null, Outcome = RequestOutcome.Unauthenticated, ErrorCode = "api_key_missing" }, "route:matched authenticate:denied");
        yield return Case("wrong address", Row() with { Limits = null, Outcome = RequestOutcome.Forbidden, ErrorCode = "ip_not_allowed" }, "route:matched authenticate:denied");
        yield return Case("store away", Row() with { KeyId = null, Limits = null, Outcome = RequestOutcome.Refused, ErrorCode = "store_unavailable" }, "route:matched authenticate:failed");
        yield return Case("limited", Row() with { Limits = "minute;q=600;w=60;r=0;t=23;d,burst;q=20;w=1;r=0;t=1;d;s", Outcome = RequestOutcome.RateLimited, ErrorCode = "rate_limit_exceeded" },
            "route:matched authenticate:ok limit:denied limit:shadow_denied");
        yield return Case("scope", Row() with { MissingScopes = ["orders:write"], Outcome = RequestOutcome.Forbidden, ErrorCode = "insufficient_scope" },
            "route:matched authenticate:ok limit:allowed scope:denied");
        yield return Case("upstream", Row() with { Outcome = RequestOutcome.UpstreamFailed, ErrorCode = "upstream_timeout" }, "route:matched authenticate:ok limit:allowed forward:failed");
        yield return Case("gone", Row() with { Outcome = RequestOutcome.ClientClosed, ErrorCode = "client_closed_request" }, "route:matched authenticate:ok limit:allowed forward:aborted");

        static TestCaseData Case(string name, RequestLogRow row, string expected) => new TestCaseData(row, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Endings))]
    public void Of_AnyEnding_TellsTheStepsUpToIt(RequestLogRow row, string expected)
    {
        var steps = DecisionTrail.Of(row);

        string.Join(' ', steps.Select(s => $"{s.Step}:{s.Result}")).Should().Be(expected);
        if (row.ErrorCode is { } code)
        {
            steps.Should().Contain(s => s.Code == code);
        }
    }

    [Test]
    public void ViolatedPolicies_ShadowLimits_AreNotViolated() =>
        DecisionTrail.ViolatedPolicies(Row() with { Limits = "minute;q=600;w=60;r=0;t=23;d,burst;q=20;w=1;r=0;t=1;d;s" }).Should().Equal("minute");

    [Test]
    public void Write_ThenParse_GivesBackEveryLimit()
    {
        var evaluation = RequestRecords.Limits(allowed: false);
        evaluation.Degraded = true;
        Span<byte> target = stackalloc byte[LimitTrail.MaxBytes];

        var text = System.Text.Encoding.ASCII.GetString(target[..LimitTrail.Write(evaluation, target)]);

        text.Should().Be("degraded,minute;q=600;w=60;r=0;t=23;d,burst;q=20;w=1;r=7;t=1;s");
        var (limits, degraded) = LimitTrail.Parse(text);
        degraded.Should().BeTrue();
        limits.Should().Equal(new LimitMark("minute", 600, 60, 0, 23, true, false), new LimitMark("burst", 20, 1, 7, 1, false, true));
    }

    [Test]
    public void Write_LongestPossibleTrail_Fits()
    {
        var limits = Enumerable.Range(0, RateLimitEvaluation.MaxLimits).Select(i => new LimitDocument(new string('n', 31) + i, 1_000_000_000, 2_678_400, "sliding-window", "key", 1, "shadow")).ToList();
        var evaluation = new RateLimitEvaluation { Tier = new CompiledTier(default, "t", false, limits), Count = limits.Count, Degraded = true };
        for (var i = 0; i < limits.Count; i++)
        {
            evaluation[i] = new LimitReading { Remaining = long.MinValue, ResetSeconds = int.MinValue, Denied = true };
        }

        LimitTrail.Write(evaluation, new byte[LimitTrail.MaxBytes]).Should().BeLessThanOrEqualTo(LimitTrail.MaxBytes);
    }

    private static RequestLogRow Row() => new()
    {
        At = RequestRecords.Noon, Id = Guid.CreateVersion7(RequestRecords.Noon), DurationMicros = 1800, UpstreamMicros = 1500, RequestBytes = 0, ResponseBytes = 0, Epoch = 1,
        Status = 200, Outcome = RequestOutcome.Proxied, SecretVersion = 1, RouteId = RequestRecords.RouteId, KeyId = RequestRecords.KeyId, ConsumerId = RequestRecords.ConsumerId, IssuerId = null, Subject = null,
        TraceId = null, SpanId = null, ClientIp = null, Method = "GET", Host = "h", Path = "/", Query = "", Protocol = "HTTP/1.1", ErrorCode = null, ErrorType = null,
        Api = "orders", UpstreamId = null, Destination = null, UserAgent = null, Node = null, KeySource = "l1", Tier = "free",
        Limits = "minute;q=600;w=60;r=599;t=23", MissingScopes = null,
    };
}
