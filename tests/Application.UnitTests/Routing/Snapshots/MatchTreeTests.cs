using DataHub.Application.Routing.Snapshots;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Routing.Snapshots;

/// <summary>What the router makes of templates before it can match: a tree in which parameters are followed below every text beside them.</summary>
public class MatchTreeTests
{
    // Each has its text at another place, so that every choice of places is a branch: two to the power of their number.
    [Test]
    public void Compile_TemplatesWhoseBranchesMultiply_IsRefusedNamingOne()
    {
        var fault = SnapshotCompiler.Compile(Diagonal(28)).Faults.Should().ContainSingle().Subject;

        fault.Code.Should().Be("too_many_branches");
        fault.Pointer.Should().Be("/path");
        fault.Message.Should().Contain("/x/").And.Contain("text");
    }

    [Test]
    public void Compile_FewSuchTemplates_IsTaken() => SnapshotCompiler.Compile(Diagonal(10)).Faults.Should().BeEmpty();

    [Test]
    public void Compile_ManyOrdinaryTemplates_IsTaken()
    {
        var document = new RoutingDocumentBuilder();
        for (var i = 0; i < 400; i++)
        {
            document.WithRoute($"list-{i}", $"/v1/resource-{i}").WithRoute($"one-{i}", $"/v1/resource-{i}/{{id}}").WithRoute($"part-{i}", $"/v1/resource-{i}/{{id}}/parts/{{part}}");
        }

        SnapshotCompiler.Compile(document.WithRoute("rest").Build()).Faults.Should().BeEmpty();
    }

    private static DataHub.Application.Routing.Contracts.RoutingDocument Diagonal(int count)
    {
        var document = new RoutingDocumentBuilder();
        for (var i = 0; i < count; i++)
        {
            document.WithRoute($"r{i}", "/" + string.Join('/', Enumerable.Range(0, count).Select(at => at == i ? "x" : $"{{p{at}}}")));
        }

        return document.Build();
    }
}
