using DataHub.Domain.Routing.Routes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Routing.Routes;

public class PathTemplateTests
{
    [TestCase("/")]
    [TestCase("/orders")]
    [TestCase("/orders/{id}")]
    [TestCase("/orders/{id:int}/lines/{line}")]
    [TestCase("/{**rest}")]
    [TestCase("/v1/detect:batch")]
    [TestCase("/a-b_c.d~e/@me")]
    public void Parse_Valid_IsTaken(string text) => Parse(text).Text.Should().Be(text);

    [TestCase(null, "A path is needed")]
    [TestCase("", "A path is needed")]
    [TestCase("orders", "begins with '/'")]
    [TestCase("/orders/", "slash at the end")]
    [TestCase("/a//b", "no empty segment")]
    [TestCase("/a/../b", "dot segment '..'")]
    [TestCase("/./b", "dot segment '.'")]
    [TestCase("/a/{id", "not balanced")]
    [TestCase("/a/id}", "not balanced")]
    [TestCase("/a/{{id}}", "mixes text and parameters")]
    [TestCase("/a/x{id}", "mixes text and parameters")]
    [TestCase("/a/{id}.{ext}", "mixes text and parameters")]
    [TestCase("/a/{}", "needs a name")]
    [TestCase("/a/{1d}", "needs a name")]
    [TestCase("/a/{id?}", "optional or has a default")]
    [TestCase("/a/{id=5}", "optional or has a default")]
    [TestCase("/a/{id:int?}", "optional or has a default")]
    [TestCase("/a/{id:regex(^a+$)}", "never a regular expression")]
    [TestCase("/a/{id:min(5)}", "constraint that is not supported")]
    [TestCase("/a/{**rest:int}", "constraint that is not supported")]
    [TestCase("/a/{id}/b/{ID}", "stands twice")]
    [TestCase("/a/{**rest}/b", "must be the last segment")]
    [TestCase("/a/{*rest}", "write {**rest}")]
    [TestCase("/a/*", "write {**rest}")]
    [TestCase("/a%2Fb", "encoded character")]
    [TestCase("/a?b=1", "neither query nor fragment")]
    [TestCase("/a#b", "neither query nor fragment")]
    [TestCase("/a\\b", "backslash")]
    [TestCase("/a b", "U+0020")]
    [TestCase("/a;b", "U+003B")]
    [TestCase("/{action}", "reserved for parameters")]
    public void Parse_Mistake_SaysWhat(string? text, string expected)
    {
        var mistakes = new List<string>();

        PathTemplate.Parse(text, mistakes).Should().BeNull();

        mistakes.Should().ContainSingle().Which.Should().ContainEquivalentOf(expected);
    }

    [Test]
    public void Parse_SeveralMistakes_ListsAll()
    {
        var mistakes = new List<string>();

        PathTemplate.Parse("/../{id:x}/{a}/{a}", mistakes);

        mistakes.Should().HaveCount(3);
    }

    [Test]
    public void Parse_TooLong_IsRefused()
    {
        var mistakes = new List<string>();

        PathTemplate.Parse("/" + new string('a', PathTemplate.MaxLength), mistakes).Should().BeNull();
        PathTemplate.Parse(string.Concat(Enumerable.Repeat("/a", 33)), mistakes).Should().BeNull();

        mistakes.Should().HaveCount(2);
    }

    [TestCase("/", "/", true)]
    [TestCase("/orders", "/Orders/", true)]
    [TestCase("/orders", "/orders//", false)]
    [TestCase("/orders/{id}", "/orders/", false)]
    [TestCase("/orders/{id}", "/orders/7", true)]
    [TestCase("/orders/{id}", "/orders/7/8", false)]
    [TestCase("/orders/{id:int}", "/orders/x", false)]
    [TestCase("/orders/{id:guid}", "/orders/0190c8d0-0000-7000-8000-000000000000", true)]
    [TestCase("/orders/{**rest}", "/orders", true)]
    [TestCase("/orders/{**rest}", "/orders/a/b", true)]
    [TestCase("/orders/{**rest}", "/ordersx", false)]
    public void Matches_Path_AsExpected(string template, string path, bool expected) => Parse(template).Matches(path).Should().Be(expected);

    [TestCase("/{**rest}", "/orders/{id}", true, true)]
    [TestCase("/orders/{id}", "/orders/{key}", true, true)]
    [TestCase("/Orders/{id}", "/orders/7", true, true)]
    [TestCase("/orders/{id:int}", "/orders/7", true, true)]
    [TestCase("/orders/{id:int}", "/orders/x", false, false)]
    [TestCase("/orders/{id:int}", "/orders/{id}", false, true)]
    [TestCase("/orders/{id}", "/orders/{**rest}", false, true)]
    [TestCase("/orders/{**rest}", "/orders", true, true)]
    [TestCase("/{a}/b", "/a/{b}", false, true)]
    [TestCase("/a", "/b", false, false)]
    [TestCase("/a", "/a/b", false, false)]
    public void Covers_Other_AsExpected(string template, string other, bool covers, bool overlaps)
    {
        Parse(template).Covers(Parse(other)).Should().Be(covers);
        Parse(template).Overlaps(Parse(other)).Should().Be(overlaps);
        Parse(other).Overlaps(Parse(template)).Should().Be(overlaps);
    }

    [TestCase("/a", "/{x}")]
    [TestCase("/{x:int}", "/{x}")]
    [TestCase("/{x}", "/{**x}")]
    [TestCase("/a", "/a/{**x}")]
    [TestCase("/a/{x}/c", "/a/{x}/{y}")]
    [TestCase("/a/{x}", "/{x}/a")]
    public void ComparePrecedence_MoreSpecific_ComesFirst(string first, string second)
    {
        Parse(first).ComparePrecedence(Parse(second)).Should().BeNegative();
        Parse(second).ComparePrecedence(Parse(first)).Should().BePositive();
    }

    private static PathTemplate Parse(string text)
    {
        var mistakes = new List<string>();
        var template = PathTemplate.Parse(text, mistakes);
        mistakes.Should().BeEmpty();
        return template!;
    }
}
