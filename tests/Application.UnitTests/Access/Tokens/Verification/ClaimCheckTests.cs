using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

public class ClaimCheckTests
{
    private static readonly SigningKey Key = new("k", "ES256");
    private static readonly DateTimeOffset Noon = TokenBuilder.Noon;
    private static readonly long Seconds = Noon.ToUnixTimeSeconds();

    private static TokenBuilder Good => new(Key);

    [Test]
    public void Decide_GoodToken_EndsWithItsExpiryAndTheSkew()
    {
        var verdict = Decide(Good);

        verdict.Status.Should().Be(TokenStatus.Valid);
        verdict.ExpiresAt.Should().Be(Noon.AddSeconds(660));
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("no iss", Good.Without("iss"));
        yield return Case("other iss", Good.With("iss", "https://id.example/"));
        yield return Case("iss in other letters", Good.With("iss", "https://ID.example"));
        yield return Case("iss is a list", Good.With("iss", new JsonArray("https://id.example")));
        yield return Case("no aud", Good.Without("aud"));
        yield return Case("other aud", Good.With("aud", "elsewhere"));
        yield return Case("aud begins alike", Good.With("aud", "gateway2"));
        yield return Case("aud list without us", Good.With("aud", new JsonArray("a", "b", 7)));
        yield return Case("aud is a number", Good.With("aud", 7));
        yield return Case("no exp", Good.Without("exp"));
        yield return Case("exp is a text", Good.With("exp", "9999999999"));
        yield return Case("exp is null", Good.With("exp", null));
        yield return Case("exp is negative", Good.With("exp", -1));
        yield return Case("nbf in the future", Good.With("nbf", Seconds + 61));
        yield return Case("nbf is a text", Good.With("nbf", "0"));
        yield return Case("nbf never", Good.With("nbf", 1e300));

        static TestCaseData Case(string name, TokenBuilder token) => new TestCaseData(token).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Bad))]
    public void Decide_BadClaims_IsInvalid(TokenBuilder token) => Decide(token).Status.Should().Be(TokenStatus.Invalid);

    [Test]
    public void Decide_AudienceInAList_IsGood() => Decide(Good.With("aud", new JsonArray("other", "gateway"))).Status.Should().Be(TokenStatus.Valid);

    [TestCase(-60, TokenStatus.Expired)]
    [TestCase(-59, TokenStatus.Valid)]
    [TestCase(-3600, TokenStatus.Expired)]
    [TestCase(0, TokenStatus.Valid)]
    public void Decide_Expiry_HoldsUntilTheSkewIsOver(int exp, TokenStatus status) => Decide(Good.With("exp", Seconds + exp)).Status.Should().Be(status);

    [Test]
    public void Decide_NotBefore_IsForgivenUpToTheSkew() => Decide(Good.With("nbf", Seconds + 60)).Status.Should().Be(TokenStatus.Valid);

    [TestCase(1e300)]
    [TestCase(253402300799d)]
    [TestCase(9007199254740993d)]
    public void Decide_ExpiryBeyondTheCalendar_IsForEver(double exp)
    {
        var verdict = Decide(Good.With("exp", exp));

        verdict.Status.Should().Be(TokenStatus.Valid);
        verdict.ExpiresAt.Should().Be(DateTimeOffset.MaxValue);
    }

    [Test]
    public void Decide_FractionOfASecond_IsRead() => Decide(Good.With("exp", Seconds - 59.5)).ExpiresAt.Should().Be(Noon.AddSeconds(0.5));

    [Test]
    public void Decide_RequiredClaim_MustBeThereAndNotNull()
    {
        var definition = Terms.Definition with { RequiredClaims = ["client_id"] };

        Decide(Good, definition).Status.Should().Be(TokenStatus.Invalid);
        Decide(Good.With("client_id", null), definition).Status.Should().Be(TokenStatus.Invalid);
        Decide(Good.With("client_id", "app"), definition).Status.Should().Be(TokenStatus.Valid);
    }

    // RFC 7662: everything but "active" is optional, and what is there must be right.
    [Test]
    public void Decide_Introspected_NeedsLessAndBelievesNothingWrong()
    {
        var definition = Terms.Definition with { Kind = IssuerKind.Introspection, IntrospectionUrl = "https://id.example/i", ClientId = "g", Audiences = [] };

        Decide(Good.Without("iss").Without("aud").Without("exp"), definition).Should().Be(new ClaimVerdict(TokenStatus.Valid, null, DateTimeOffset.MaxValue));
        Decide(Good.With("iss", "https://other.example"), definition).Status.Should().Be(TokenStatus.Invalid);
        Decide(Good.With("exp", Seconds - 600), definition).Status.Should().Be(TokenStatus.Expired);
        Decide(Good.Without("aud"), definition with { Audiences = ["gateway"] }).Status.Should().Be(TokenStatus.Invalid);
    }

    private static ClaimVerdict Decide(TokenBuilder token, IssuerDefinition? definition = null)
    {
        var read = Terms.Read(token.Build());
        return ClaimCheck.Decide(Terms.Of(definition), read.Payload, read.Claims, Noon);
    }
}
