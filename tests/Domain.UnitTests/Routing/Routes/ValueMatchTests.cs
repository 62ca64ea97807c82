using DataHub.Domain.Routing.Routes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Routing.Routes;

public class ValueMatchTests
{
    private static readonly ValueMatch[] All =
    [
        new("k", ["1"]), new("K", ["1", "2"]), new("k", ["A"], CaseSensitive: true), new("k", ["a"]), new("k", ["1"], MatchMode.Prefix), new("k", ["12"], MatchMode.Prefix),
        new("k", ["1"], MatchMode.Contains), new("k", ["1"], MatchMode.NotContains), new("k", ["1", "2"], MatchMode.NotContains), new("k", Mode: MatchMode.Exists), new("k", Mode: MatchMode.NotExists),
        new("k", ["a"], MatchMode.NotContains), new("k", ["A"], MatchMode.NotContains, true),
    ];

    private static readonly string[]?[] Requests = [null, ["1"], ["2"], ["12"], ["21"], ["a"], ["A"], ["x"], ["1", "x"]];

    // Refusing a configuration rests on this: an implication that does not hold would refuse a good one.
    [Test]
    public void IsImpliedBy_Yes_HoldsForEveryRequest()
    {
        foreach (var match in All)
        {
            foreach (var other in All.Where(match.IsImpliedBy))
            {
                foreach (var request in Requests.Where(other.IsSatisfiedBy))
                {
                    match.IsSatisfiedBy(request).Should().BeTrue("{0} is said to follow from {1}, which {2} satisfies", match, other, request);
                }
            }
        }
    }

    [Test]
    public void IsImpliedBy_Itself_IsTrue() => All.Should().OnlyContain(m => m.IsImpliedBy(m));

    [Test]
    public void IsImpliedBy_OtherName_IsFalse() => new ValueMatch("k", Mode: MatchMode.Exists).IsImpliedBy(new ValueMatch("other", ["1"])).Should().BeFalse();

    [Test]
    public void Excludes_OtherExactValueOrAbsence_IsTrue()
    {
        new ValueMatch("k", ["1"]).Excludes(new ValueMatch("K", ["2"])).Should().BeTrue();
        new ValueMatch("k", ["1"]).Excludes(new ValueMatch("k", ["2", "1"])).Should().BeFalse();
        new ValueMatch("k", ["1"]).Excludes(new ValueMatch("k", Mode: MatchMode.NotExists)).Should().BeTrue();
        new ValueMatch("k", ["1"]).Excludes(new ValueMatch("other", ["2"])).Should().BeFalse();
    }
}
