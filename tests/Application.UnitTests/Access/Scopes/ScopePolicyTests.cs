using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Scopes;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Scopes;

public class ScopePolicyTests
{
    [TestCase("", "", false, true)]
    [TestCase("", "", true, true)]
    [TestCase("", "a:read", false, false)]
    [TestCase("a:read", "a:read", false, true)]
    [TestCase("a:read", "a:read b:read", false, false)]
    [TestCase("a:read", "a:read b:read", true, true)]
    [TestCase("a:read", "b:read a:read", true, true)]
    [TestCase("c:read", "a:read b:read", true, false)]
    [TestCase("a:*", "a:read a:write", false, true)]
    [TestCase("a:*", "ab:read", false, false)]
    [TestCase("*", "a:read b:write", false, true)]
    [TestCase("A:read", "a:read", false, false)]
    [TestCase("*:read", "a:read b:read", false, true)]
    [TestCase("*:read", "a:read b:write", false, false)]
    [TestCase("*:read", "a:bread", false, false)]
    public void Decide_GrantAndRequirement_FollowAllAndAny(string granted, string required, bool any, bool allowed) =>
        ScopePolicy.Decide(new ScopeGrant(Words(granted)), Words(required), any).Allowed.Should().Be(allowed);

    [Test]
    public void Decide_Refusal_NamesWhatIsMissing()
    {
        var grant = new ScopeGrant(["a:read"]);

        var all = ScopePolicy.Decide(grant, ["a:read", "b:read", "c:read"], anyIsEnough: false);
        var any = ScopePolicy.Decide(grant, ["b:read", "c:read"], anyIsEnough: true);

        all.Code.Should().Be("insufficient_scope");
        all.Detail.Should().Contain("b:read, c:read").And.NotContain("a:read");
        any.Detail.Should().Contain("one of").And.Contain("b:read, c:read");
        ScopePolicy.Missing(grant, ["a:read", "b:read"]).Should().Equal("b:read");
    }

    [Test]
    public void ScopesOn_ApiWithItsOwn_HoldThereOnly()
    {
        var caller = new CallerRecordBuilder { Scopes = ["a:read"], ApiScopes = { ["api_1"] = ["a:read", "a:write"] } }.Build();

        ScopePolicy.Decide(caller.ScopesOn("api_1"), ["a:read", "a:write"], anyIsEnough: false).Allowed.Should().BeTrue();
        ScopePolicy.Decide(caller.ScopesOn("api_2"), ["a:write"], anyIsEnough: false).Allowed.Should().BeFalse();
    }

    [Test]
    public void ScopesOn_AnyApi_AllocatesNothing()
    {
        var caller = new CallerRecordBuilder { Scopes = ["a:read"], ApiScopes = { ["api_1"] = ["a:write"] } }.Build();
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                _ = caller.ScopesOn("api_1");
                _ = caller.ScopesOn("api_2");
            }

            if (warmUp == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
            }
        }
    }

    [Test]
    public void Decide_Allowed_AllocatesNothing()
    {
        var grant = new ScopeGrant(["orders:read", "invoices:*", "users:read"]);
        string[] required = ["orders:read", "invoices:pay"];
        var allowed = 0;
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                allowed += ScopePolicy.Decide(grant, required, anyIsEnough: false).Allowed ? 1 : 0;
                allowed += ScopePolicy.Decide(grant, required, anyIsEnough: true).Allowed ? 1 : 0;
            }

            if (warmUp == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
            }
        }

        allowed.Should().Be(4000);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
