using DataHub.Application.Routing.Snapshots;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Routing.Snapshots;

public class SnapshotCompilerTests
{
    private static readonly RateLimitTierId Tier = new(Guid.Parse("01900000-0000-7000-8000-00000000aaaa"));
    private static readonly TierDocument TierDocument = new(Tier.ToString(), "gold", false, [new LimitDocument("minute", 600, 60, "sliding-window", "key", 1, "enforce")]);

    [Test]
    public void Compile_Valid_ResolvesEverything()
    {
        var snapshot = new RoutingDocumentBuilder("/shop")
            .WithTier(TierDocument)
            .WithTier(TierDocument with { Id = new RateLimitTierId(Guid.Parse("01900000-0000-7000-8000-00000000bbbb")).ToString(), Name = "free", IsDefault = true })
            .WithRoute("orders", "/orders/{id}", r => r with { TierId = Tier, RequiredScopes = ["orders:read"], ScopeMatch = ScopeMatch.Any, TimeoutSeconds = 1.5, Auth = new RouteAuth(QueryParameter: "key") })
            .Compile();

        var route = snapshot.Routes.Values.Single();
        route.PathTemplate.Should().Be("/shop/orders/{id}");
        route.StripPrefix.Should().Be("/shop");
        route.TierOverride!.Name.Should().Be("gold");
        route.AnyScope.Should().BeTrue();
        route.KeyRequired.Should().BeTrue();
        route.KeyQueryParameter.Should().Be("key");
        route.Timeout.Should().Be(TimeSpan.FromSeconds(1.5));
        snapshot.Upstreams[route.UpstreamIdText].Destinations.Should().ContainSingle();
        snapshot.DefaultTier.Name.Should().Be("free");
        snapshot.Loaded.Should().BeTrue();
    }

    [TestCase(null, "/shop", "/shop")]
    [TestCase(null, "/", null)]
    [TestCase("", "/shop", null)]
    [TestCase("/shop/v1", "/shop", "/shop/v1")]
    public void Compile_StripPrefix_ByBasePathUnlessSet(string? set, string basePath, string? expected) =>
        new RoutingDocumentBuilder(basePath).WithRoute("r", change: r => r with { StripPrefix = set }).Compile().Routes.Values.Single().StripPrefix.Should().Be(expected);

    [Test]
    public void Compile_PathRewrite_StripsNothing() =>
        new RoutingDocumentBuilder("/shop").WithRoute("r", "/{id}", r => r with { PathRewrite = "/x/{id}" }).Compile().Routes.Values.Single().StripPrefix.Should().BeNull();

    [Test]
    public void Compile_RouteOrApiDisabled_IsLeftOut()
    {
        var snapshot = new RoutingDocumentBuilder()
            .WithRoute("off", "/off", r => r with { Enabled = false })
            .WithApi("old", out var old, enabled: false).WithRoute("of-old", api: old)
            .WithRoute("on", "/on")
            .Compile();

        snapshot.Routes.Values.Select(r => r.Name).Should().Equal("on");
    }

    [Test]
    public void Compile_DestinationDisabled_IsLeftOut()
    {
        var snapshot = new RoutingDocumentBuilder()
            .WithUpstream(new UpstreamDefinition("two", Destinations: [new Destination("a", "http://a"), new Destination("b", "http://b", Enabled: false)]), out var id)
            .Compile();

        snapshot.Upstreams[id.ToString()].Destinations.Select(d => d.Name).Should().Equal("a");
    }

    // Ranks are the order that requests are matched in; the gateway's own endpoints stand at 0, between routes with and without hosts.
    [Test]
    public void Compile_Ranks_FollowHostsThenOrderThenPath()
    {
        var snapshot = new RoutingDocumentBuilder()
            .WithRoute("catch-all", "/{**rest}", r => r with { Order = 3 })
            .WithRoute("literal", "/a")
            .WithRoute("parameter", "/{x}", r => r with { Order = -1, Methods = ["GET"] })
            .WithRoute("host", change: r => r with { Hosts = ["a.example.com"], Order = 10 })
            .WithRoute("wildcard", change: r => r with { Hosts = ["*.example.com"], Order = 10 })
            .Compile();

        snapshot.Routes.Values.OrderBy(r => r.Match.Rank).Select(r => (r.Name, r.Match.Rank)).Should().Equal(
            ("host", -2), ("wildcard", -1), ("parameter", 1), ("literal", 2), ("catch-all", 3));
    }

    [Test]
    public void Compile_ReferenceToNoUpstream_IsRefused() =>
        Faults(new RoutingDocumentBuilder().WithRoute("r", change: r => r with { UpstreamId = new UpstreamId(Guid.Parse("01900000-0000-7000-8000-0000000000ff")) }))
            .Should().ContainSingle().Which.Should().Match<ConfigFault>(f => f.Pointer == "/upstreamId" && f.Code == "unknown_reference");

    [Test]
    public void Compile_ReferenceToNoTier_IsRefused() =>
        Faults(new RoutingDocumentBuilder().WithRoute("r", change: r => r with { TierId = Tier })).Should().ContainSingle().Which.Pointer.Should().Be("/tierId");

    [Test]
    public void Compile_RouteOfNoApi_IsRefused() =>
        Faults(new RoutingDocumentBuilder().WithRoute("r", api: new ApiId(Guid.Parse("01900000-0000-7000-8000-0000000000ff")))).Should().ContainSingle().Which.Pointer.Should().Be("/apiId");

    [Test]
    public void Compile_NamesTakenInOtherCase_AreRefused()
    {
        var faults = Faults(new RoutingDocumentBuilder()
            .WithApi("shop", out _, "/other").WithUpstream(new UpstreamDefinition("SHOP"), out _).WithRoute("a", "/a").WithRoute("A", "/b"));

        faults.Select(f => (f.Code, f.Pointer)).Should().BeEquivalentTo([(ErrorCodes.NameTaken, "/slug"), (ErrorCodes.NameTaken, "/name"), (ErrorCodes.NameTaken, "/name")]);
    }

    [TestCase("/api/v1/keys")]
    [TestCase("/API")]
    [TestCase("/health/{**rest}")]
    [TestCase("/metrics")]
    public void Compile_ReservedPathWithoutHost_IsRefused(string path) =>
        Faults(new RoutingDocumentBuilder().WithRoute("r", path)).Should().ContainSingle().Which.Code.Should().Be("reserved_path");

    [TestCase("/api/v1/keys", "a.example.com")]
    [TestCase("/apis", null)]
    [TestCase("/{**rest}", null)]
    public void Compile_PathNotReserved_IsTaken(string path, string? host) =>
        Faults(new RoutingDocumentBuilder().WithRoute("r", path, r => r with { Hosts = host is null ? null : [host] })).Should().BeEmpty();

    [Test]
    public void Compile_SeveralMistakes_ListsAll() =>
        Faults(new RoutingDocumentBuilder().WithRoute("a", "//").WithRoute("a", "/b", r => r with { TierId = Tier }).WithRoute("c", "/api/x")).Should().HaveCount(4);

    [Test]
    public void Hash_OfEqualContent_IsEqualWhateverTheEpoch()
    {
        var one = new RoutingDocumentBuilder { Epoch = 1 }.WithRoute("r").Compile();
        var other = new RoutingDocumentBuilder { Epoch = 2 }.WithRoute("r").Compile();
        var changed = new RoutingDocumentBuilder { Epoch = 2 }.WithRoute("r", change: r => r with { RequiredScopes = ["a:b"] }).Compile();

        other.Hash.Should().Be(one.Hash);
        changed.Hash.Should().NotBe(one.Hash);
    }

    // YARP rebuilds an endpoint only when its fingerprint changes: everything a request is decided by must be in it.
    [Test]
    public void Fingerprint_ScopeTierOrLimitChanged_Changes()
    {
        static string Of(Func<RouteDefinition, RouteDefinition> change, TierDocument tier) =>
            new RoutingDocumentBuilder().WithTier(tier).WithRoute("r", change: change).Compile().Routes.Values.Single().Fingerprint;

        var plain = Of(r => r, TierDocument);
        var tiered = Of(r => r with { TierId = Tier }, TierDocument);

        Of(r => r, TierDocument).Should().Be(plain);
        Of(r => r with { RequiredScopes = ["a:b"] }, TierDocument).Should().NotBe(plain);
        Of(r => r with { TimeoutSeconds = 3 }, TierDocument).Should().NotBe(plain);
        tiered.Should().NotBe(plain);
        Of(r => r with { TierId = Tier }, TierDocument with { Limits = [TierDocument.Limits[0] with { Limit = 601 }] }).Should().NotBe(tiered);
        Of(r => r, TierDocument with { Name = "silver" }).Should().Be(plain, "a tier that the route does not name is none of its business");
    }

    [Test]
    public void Json_RoundTrip_KeepsTheHash()
    {
        var document = new RoutingDocumentBuilder().WithTier(TierDocument)
            .WithRoute("r", "/a/{id}", r => r with { TierId = Tier, Hosts = ["a.example.com"], Headers = [new ValueMatch("X", ["1"], MatchMode.Prefix)], Metadata = new Dictionary<string, string> { ["k"] = "v" } }).Build();

        var read = RoutingDocumentJson.Read(RoutingDocumentJson.Write(document));

        RoutingDocumentJson.HashOf(read!).Should().Be(RoutingDocumentJson.HashOf(document));
        read!.Epoch.Should().Be(document.Epoch);
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"epoch\":1,\"apis\":null,\"routes\":[],\"upstreams\":[],\"tiers\":[]}")]
    public void Json_NotADocument_IsNull(string text) => RoutingDocumentJson.Read(System.Text.Encoding.UTF8.GetBytes(text)).Should().BeNull();

    private static IReadOnlyList<ConfigFault> Faults(RoutingDocumentBuilder builder) => SnapshotCompiler.Compile(builder.Build()).Faults;
}
