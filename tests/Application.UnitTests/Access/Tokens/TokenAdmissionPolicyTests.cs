using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Consumers;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens;

public class TokenAdmissionPolicyTests
{
    private const string Payload = """{"dept":"sales","level":3,"on":true,"groups":["a","b"],"scope":"one two","one":["x"],"empty":[],"org":{"id":"7"}}""";

    [TestCase("dept", "is", "sales", true)]
    [TestCase("dept", "is", "Sales", false)]
    [TestCase("dept", "is", "sal", false)]
    [TestCase("dept", "is", "hr|sales", true)]
    [TestCase("level", "is", "3", true)]
    [TestCase("on", "is", "true", true)]
    [TestCase("org.id", "is", "7", true)]
    [TestCase("one", "is", "x", false, Description = "a list is never one value")]
    [TestCase("gone", "is", "x", false)]
    [TestCase("groups", "holds", "a", true)]
    [TestCase("groups", "holds", "a|b", true)]
    [TestCase("groups", "holds", "a|c", false)]
    [TestCase("empty", "holds", "a", false)]
    [TestCase("scope", "holds", "two", true)]
    [TestCase("scope", "holds", "tw", false)]
    [TestCase("scope", "holds", "one two", false)]
    [TestCase("gone", "holds", "a", false)]
    public void Decide_ConditionOnAClaim_IsMetOrNamesTheClaim(string claim, string comparison, string values, bool allowed)
    {
        var admission = TokenAdmissionPolicy.Decide(Caller(), Wanted(new ClaimRequirement(claim, comparison == "is" ? ClaimComparison.IsOneOf : ClaimComparison.HoldsAll, values.Split('|'))));

        admission.Should().Be(allowed ? default : new TokenAdmission("insufficient_claims", claim));
    }

    [Test]
    public void Decide_SeveralConditions_AllMustHold()
    {
        var wanted = Wanted(new ClaimRequirement("dept", ClaimComparison.IsOneOf, ["sales"]), new ClaimRequirement("groups", ClaimComparison.HoldsAll, ["z"]));

        TokenAdmissionPolicy.Decide(Caller(), wanted).Claim.Should().Be("groups");
    }

    [Test]
    public void Decide_Consumer_MustNotBeSuspendedNorMissingWhereOneIsDemanded()
    {
        var suspended = new ConsumerRecord { Id = new ConsumerId(Guid.CreateVersion7()), IdText = "con", Name = "Acme", Suspended = true, TierId = null };

        TokenAdmissionPolicy.Decide(Caller(suspended), Wanted()).Code.Should().Be("consumer_suspended");
        TokenAdmissionPolicy.Decide(Caller(missing: true), Wanted()).Should().Be(new TokenAdmission("insufficient_claims", null));
    }

    [Test]
    public void Decide_AnyOutcome_AllocatesNothing()
    {
        var caller = Caller();
        var wanted = Wanted(
            new ClaimRequirement("dept", ClaimComparison.IsOneOf, ["hr", "sales"]), new ClaimRequirement("scope", ClaimComparison.HoldsAll, ["one", "two"]),
            new ClaimRequirement("groups", ClaimComparison.HoldsAll, ["b", "c"]));
        Decide();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Decide()
        {
            for (var i = 0; i < 1_000; i++)
            {
                _ = TokenAdmissionPolicy.Decide(caller, wanted).Allowed;
            }
        }
    }

    private static TokenRequirement Wanted(params ClaimRequirement[] claims) =>
        new() { Issuers = [], Claims = claims, BesideKey = false, KeyWillDo = false, Forward = false };

    private static TokenCaller Caller(ConsumerRecord? consumer = null, bool missing = false)
    {
        using var document = JsonDocument.Parse(Payload);
        return new TokenCaller
        {
            IssuerId = default, IssuerIdText = "", TenantId = default, Subject = "", Consumer = consumer, ConsumerMissing = missing, Scopes = ScopeGrant.None, Claims = TokenClaims.Read(document.RootElement)!,
            Headers = [], LimitSubject = default, TierId = null, ExpiresAt = DateTimeOffset.MaxValue,
        };
    }
}
