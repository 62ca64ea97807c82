using DataHub.Application.Routing.Snapshots;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Routing.Snapshots;

public class RouteConflictTests
{
    private static readonly Func<RouteDefinition, RouteDefinition> Plain = r => r;

    public static IEnumerable<TestCaseData> Conflicts()
    {
        yield return Case("duplicate", "duplicate of route 'first'", "/a", Plain, "/a", Plain);
        yield return Case("duplicate but for case", "duplicate of route 'first'", "/a", Plain, "/A", Plain);
        yield return Case("other parameter name", "duplicate of route 'first'", "/a/{id}", Plain, "/a/{key}", Plain);
        yield return Case("lower order, wider path", "order -1 is lower than 0", "/{**rest}", r => r with { Order = -1 }, "/a", Plain);
        yield return Case("lower order, all methods", "order 0 is lower than 5", "/a", Plain, "/a", r => r with { Order = 5, Methods = ["GET"] });
        yield return Case("methods overlap", "nothing says which comes first", "/a", r => r with { Methods = ["GET", "POST"] }, "/a", r => r with { Methods = ["POST", "PUT"] });
        yield return Case("hosts overlap", "nothing says which comes first", "/a", r => r with { Hosts = ["a.com", "b.com"] }, "/a", r => r with { Hosts = ["b.com", "c.com"] });
        yield return Case("headers can both hold", "nothing says which comes first", "/a", r => r with { Headers = [new ValueMatch("X", ["1"])] }, "/a", r => r with { Headers = [new ValueMatch("Y", ["1"])] });
        yield return Case("weaker condition first", "would never take a request", "/a", r => r with { Headers = [new ValueMatch("X", Mode: MatchMode.Exists)], Order = -1 }, "/a", r => r with { Headers = [new ValueMatch("x", ["1"])] });
        yield return Case("wildcard first", "would never take a request", "/a", r => r with { Hosts = ["*.example.com"], Order = -1 }, "/a", r => r with { Hosts = ["a.example.com"] });
    }

    [TestCaseSource(nameof(Conflicts))]
    public void Compile_RouteThatCannotMatch_NamesTheOtherAndTheReason(
        string reason, string path1, Func<RouteDefinition, RouteDefinition> change1, string path2, Func<RouteDefinition, RouteDefinition> change2)
    {
        var document = new RoutingDocumentBuilder().WithRoute("first", path1, change1).WithRoute("second", path2, change2).Build();

        var fault = SnapshotCompiler.Compile(document).Faults.Should().ContainSingle().Subject;

        fault.Code.Should().Be(ErrorCodes.RouteConflict);
        fault.Resource.Should().Be(document.Routes[1].Id.ToString());
        fault.OtherResource.Should().Be(document.Routes[0].Id.ToString());
        fault.Message.Should().Contain("'first'").And.Contain("'second'").And.Contain(reason);
    }

    public static IEnumerable<TestCaseData> Fine()
    {
        yield return Case("more specific path", "", "/{**rest}", Plain, "/a", Plain);
        yield return Case("other method", "", "/a", r => r with { Methods = ["GET"] }, "/a", r => r with { Methods = ["POST"] });
        yield return Case("a method and the rest", "", "/a", r => r with { Methods = ["GET"] }, "/a", Plain);
        yield return Case("a host and the rest", "", "/a", r => r with { Hosts = ["a.com"] }, "/a", Plain);
        yield return Case("exact host and wildcard", "", "/a", r => r with { Hosts = ["a.example.com"] }, "/a", r => r with { Hosts = ["*.example.com"] });
        yield return Case("other header value", "", "/a", r => r with { Headers = [new ValueMatch("X", ["1"])] }, "/a", r => r with { Headers = [new ValueMatch("X", ["2"])] });
        yield return Case("a header and the rest", "", "/a", r => r with { Headers = [new ValueMatch("X", ["1"])] }, "/a", Plain);
        yield return Case("disabled duplicate", "", "/a", Plain, "/a", r => r with { Enabled = false });
        yield return Case("crossing templates", "", "/{a}/b", Plain, "/a/{b}", Plain);
        yield return Case("constraint and the rest", "", "/{x:int}", Plain, "/{x}", Plain);
    }

    [TestCaseSource(nameof(Fine))]
    public void Compile_RoutesThatGoTogether_AreTaken(
        string reason, string path1, Func<RouteDefinition, RouteDefinition> change1, string path2, Func<RouteDefinition, RouteDefinition> change2)
    {
        _ = reason;

        SnapshotCompiler.Compile(new RoutingDocumentBuilder().WithRoute("first", path1, change1).WithRoute("second", path2, change2).Build()).Faults.Should().BeEmpty();
    }

    private static TestCaseData Case(
        string name, string reason, string path1, Func<RouteDefinition, RouteDefinition> change1, string path2, Func<RouteDefinition, RouteDefinition> change2) =>
        new TestCaseData(reason, path1, change1, path2, change2).SetArgDisplayNames(name);
}
