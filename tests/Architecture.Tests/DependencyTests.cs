using DataHub.Application;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Composition;
using DataHub.Infrastructure;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Architecture.Tests;

/// <summary>Every rule holds for the code, and finds the violator that is planted for it in <c>Planted.cs</c>: a rule that cannot fail proves nothing.</summary>
[TestFixture]
public sealed class DependencyTests
{
    private static readonly Type[] Code =
        [.. new[] { typeof(AggregateRoot<>), typeof(ApplicationRegistration), typeof(InfrastructureRegistration), typeof(GatewayHost) }.SelectMany(t => t.Assembly.GetTypes())];

    private static readonly Type[] Planted = typeof(DependencyTests).Assembly.GetTypes();

    [Test]
    public void Domain_UsesOnlyTheBaseLibrary()
    {
        Rules.DomainUsesOnlyTheBaseLibrary(Code).Should().BeEmpty();
        Rules.DomainUsesOnlyTheBaseLibrary(Planted).Should().Contain("DataHub.Domain.Planted.DomainThatLogs uses Microsoft.Extensions.Logging.ILogger");
    }

    [Test]
    public void Application_UsesNoTechnology()
    {
        Rules.ApplicationUsesNoTechnology(Code).Should().BeEmpty();
        Rules.ApplicationUsesNoTechnology(Planted).Should()
            .Contain("DataHub.Application.Planted.HandlerThatKnowsHttp uses Microsoft.AspNetCore.Http.HttpContext")
            .And.Contain("DataHub.Application.Planted.HandlerThatKnowsTheDatabase uses Npgsql.NpgsqlConnection");
    }

    [Test]
    public void Infrastructure_IsInternalButForItsRegistration()
    {
        Rules.InfrastructureIsInternal(Code).Should().BeEmpty();
        Rules.InfrastructureIsInternal(Planted).Should().Equal("DataHub.Infrastructure.Planted.PublicStore is public");
    }

    [Test]
    public void Infrastructure_IsNamedInCompositionOnly()
    {
        Rules.OnlyCompositionNamesInfrastructure(Code).Should().BeEmpty();
        Rules.OnlyCompositionNamesInfrastructure(Planted).Should()
            .Equal("DataHub.Gateway.Api.Planted.EndpointThatOpensTheDatabase uses DataHub.Infrastructure.Persistence.DataHubDbContext");
    }

    [Test]
    public void Packages_StayInTheirPlace()
    {
        Rules.PackagesStayInTheirPlace(Code).Should().BeEmpty();
        Rules.PackagesStayInTheirPlace(Planted).Should().Contain("DataHub.Gateway.Api.Planted.EndpointThatKnowsYarp uses Yarp.ReverseProxy.Configuration.RouteConfig");
    }

    [Test]
    public void Modules_MeetInIdsAndContracts()
    {
        Rules.ModulesMeetInContracts(Code).Distinct().Should().BeEmpty();
        Rules.ModulesMeetInContracts(Planted).Distinct().Should().Equal("DataHub.Domain.Traffic.Planted.TierThatReadsRoutes uses DataHub.Domain.Routing.Planted.RouteName");
    }

    [Test]
    public void RequestPath_IsBare()
    {
        Rules.RequestPathIsBare(Code).Distinct().Should().BeEmpty();
        Rules.RequestPathIsBare(Planted).Should()
            .Contain("DataHub.Gateway.Api.Proxy.Stages.Planted.StageThatSendsCommands uses MediatR.IMediator")
            .And.Contain("DataHub.Application.Planted.SlowPolicy uses System.Linq.Enumerable");
    }
}
