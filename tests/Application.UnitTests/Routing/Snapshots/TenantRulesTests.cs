using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Snapshots;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Routing.Snapshots;

public class TenantRulesTests
{
    private static readonly TenantId Acme = new(Guid.Parse("01900000-0000-7000-8000-0000000000a1"));
    private static readonly TenantId Globex = new(Guid.Parse("01900000-0000-7000-8000-0000000000b1"));

    private int _lastId;

    [Test]
    public void Compile_RoutesUnderOwnSlugs_AreFine()
    {
        var document = Empty().With(Owned(Acme, "orders"), Owned(Globex, "billing"), Owned(TenantId.Default, "shop", basePath: "/"));

        SnapshotCompiler.Compile(document).Faults.Should().BeEmpty();
    }

    [TestCase("/gateway/orders", TestName = "Compile_BasePathUnderAnothersSlug_IsRefused")]
    [TestCase("/", TestName = "Compile_TenantAtTheRoot_IsRefused")]
    [TestCase("/elsewhere", TestName = "Compile_TenantOutsideOfItsSlug_IsRefused")]
    public void Compile_TenantOutside(string basePath)
    {
        var document = Empty().With(Owned(Acme, "orders"), Owned(Globex, "billing", basePath, "/admin"));

        SnapshotCompiler.Compile(document).Faults.Should().Contain(f => f.Code == "foreign_path");
    }

    [Test]
    public void Compile_PathOfTheDefaultTenant_CannotBeTakenByATenantsSlug()
    {
        var document = Empty().With(Owned(TenantId.Default, "shop", "/gateway/orders"), Owned(Acme, "orders", path: "/pay"));

        SnapshotCompiler.Compile(document).Faults.Should().ContainSingle(f => f.Code == "route_conflict").Which.Message.Should().Be(TenantRules.TakenByAnother);
    }

    [Test]
    public void Compile_OwnHost_GoesBeforeEverything()
    {
        var document = Empty().With(Owned(TenantId.Default, "shop", "/v1"), Owned(Acme, "orders", "/v1", hosts: ["api.acme.example"]));

        SnapshotCompiler.Compile(document).Faults.Should().BeEmpty();
    }

    [TestCase("api.globex.example")]
    [TestCase("api.nobody.example")]
    [TestCase("*.example")]
    public void Compile_TenantOnAHostThatIsNotItsOwn_IsRefused(string host)
    {
        var document = Empty().With(Owned(Acme, "orders", "/v1", hosts: [host]));

        SnapshotCompiler.Compile(document).Faults.Should().Contain(f => f.Code == "foreign_host" && f.Pointer == "/hosts/0");
    }

    [TestCase("api.acme.example", false)]
    [TestCase("*.acme.example", false)]
    [TestCase("deep.api.globex.example", false)]
    [TestCase("api.nobody.example", true)]
    public void Compile_DefaultTenantOnAHost_TakesWhatIsNobodys(string host, bool fine)
    {
        var document = Empty().With(Owned(TenantId.Default, "shop", "/v1", hosts: [host]));

        SnapshotCompiler.Compile(document).Faults.Any(f => f.Code == "foreign_host").Should().Be(!fine);
    }

    [Test]
    public void Compile_ReferencesToAnotherTenant_AreUnknown()
    {
        var (api, upstream, route) = Owned(Acme, "orders");
        var (otherApi, otherUpstream, _) = Owned(Globex, "billing");
        var tier = new RateLimitTierId(NextId());
        var stolen = route with { ApiId = otherApi.Id, Definition = route.Definition with { UpstreamId = otherUpstream.Id, TierId = tier } };
        var document = Empty() with
        {
            Apis = [api, otherApi],
            Upstreams = [upstream, otherUpstream],
            Routes = [stolen],
            Tiers = [new TierDocument(tier.ToString(), "gold", false, []) { TenantId = Globex }],
        };

        SnapshotCompiler.Compile(document).Faults.Where(f => f.Code == "unknown_reference").Select(f => f.Pointer).Should().BeEquivalentTo("/apiId", "/upstreamId", "/tierId");
    }

    [Test]
    public void Compile_SharedTier_IsForEverybody()
    {
        var tier = new RateLimitTierId(NextId());
        var (api, upstream, route) = Owned(Acme, "orders");
        var document = Empty().With((api, upstream, route with { Definition = route.Definition with { TierId = tier } })) with
        {
            Tiers = [new TierDocument(tier.ToString(), "free", true, []) { Shared = true }],
        };

        SnapshotCompiler.Compile(document).Faults.Should().BeEmpty();
    }

    [Test]
    public void Compile_SameUpstreamName_IsTakenWithinATenantOnly()
    {
        var (api, upstream, route) = Owned(Acme, "orders");
        var (otherApi, otherUpstream, otherRoute) = Owned(Globex, "billing");
        var document = Empty().With((api, upstream, route), (otherApi, otherUpstream with { Definition = otherUpstream.Definition with { Name = upstream.Definition.Name } }, otherRoute));

        SnapshotCompiler.Compile(document).Faults.Should().BeEmpty();
    }

    [Test]
    public void Compile_RouteOfATenantForAllTenants_IsRefused()
    {
        var (api, upstream, route) = Owned(Acme, "orders");
        var shared = route with { Definition = route.Definition with { Auth = new RouteAuth { AllTenants = true } } };

        SnapshotCompiler.Compile(Empty().With((api, upstream, shared))).Faults.Should().ContainSingle().Which.Pointer.Should().Be("/auth/allTenants");
    }

    private static RoutingDocument Empty() => RoutingDocument.Empty with
    {
        Tenants = [new TenantDocument(TenantId.Default, "default", []), new TenantDocument(Acme, "acme", ["api.acme.example"]), new TenantDocument(Globex, "globex", ["*.globex.example"])],
    };

    private (ApiDocument Api, UpstreamDocument Upstream, RouteDocument Route) Owned(
        TenantId tenant, string slug, string? basePath = null, string path = "/{**rest}", string[]? hosts = null)
    {
        var api = new ApiDocument(new ApiId(NextId()), new ApiDefinition(slug, slug, BasePath: basePath)) { TenantId = tenant };
        var upstream = new UpstreamDocument(new UpstreamId(NextId()), new UpstreamDefinition(slug, Destinations: [new Destination("one", "http://127.0.0.1:9")])) { TenantId = tenant };
        var route = new RouteDocument(new RouteId(NextId()), api.Id, new RouteDefinition("r", upstream.Id, path, Hosts: hosts)) { TenantId = tenant };
        return (api, upstream, route);
    }

    private Guid NextId() => new($"01900000-0000-7000-8000-{++_lastId:x12}");
}

/// <summary>Puts parts of several tenants together.</summary>
file static class Documents
{
    public static RoutingDocument With(this RoutingDocument document, params (ApiDocument Api, UpstreamDocument Upstream, RouteDocument Route)[] parts) => document with
    {
        Apis = [.. parts.Select(p => p.Api)],
        Upstreams = [.. parts.Select(p => p.Upstream)],
        Routes = [.. parts.Select(p => p.Route)],
    };
}
