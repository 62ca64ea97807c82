using DataHub.Domain.Access.Scopes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Scopes;

public class ScopeTests
{
    private static readonly string Longest = new('a', Scope.MaxPartLength);

    [TestCase("orders:read", true, true)]
    [TestCase("orders.v1:read-all_2", true, true)]
    [TestCase("orders:*", true, false)]
    [TestCase("*", true, false)]
    [TestCase("*:*", false, false)]
    [TestCase("*:read", true, false)]
    [TestCase("orders", false, false)]
    [TestCase("orders:", false, false)]
    [TestCase(":read", false, false)]
    [TestCase("Orders:read", false, false)]
    [TestCase("orders:read:all", false, false)]
    [TestCase("orders:re*", false, false)]
    [TestCase("orders read", false, false)]
    [TestCase("-orders:read", false, false)]
    [TestCase("", false, false)]
    [TestCase(null, false, false)]
    public void IsGrantAndIsRequirement_Text_FollowTheGrammar(string? text, bool grant, bool requirement)
    {
        Scope.IsGrant(text).Should().Be(grant);
        Scope.IsRequirement(text).Should().Be(requirement);
    }

    [Test]
    public void IsGrant_PartsAtTheirBound_AreValidAndOneMoreIsNot()
    {
        Scope.IsGrant($"{Longest}:{Longest}").Should().BeTrue();
        Scope.IsGrant($"{Longest}a:read").Should().BeFalse();
        Scope.IsGrant($"read:{Longest}a").Should().BeFalse();
    }
}
