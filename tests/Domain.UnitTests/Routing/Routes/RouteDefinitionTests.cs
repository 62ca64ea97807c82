using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Routing.Routes;

public class RouteDefinitionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RouteDefinition Valid = new("orders", new UpstreamId(Guid.Parse("01900000-0000-7000-8000-000000000001")));

    private static readonly string Issuer = new DataHub.Domain.Access.Tokens.TokenIssuerId(Guid.Parse("01900000-0000-7000-8000-000000000002")).ToString();

    public static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Case("/name", r => r with { Name = " " });
        yield return Case("/name", r => r with { Name = new string('a', 101) });
        yield return Case("/name", r => r with { Name = "a\nb" });
        yield return Case("/order", r => r with { Order = 10_001 });
        yield return Case("/path", r => r with { Path = "/a//b" });
        yield return Case("/hosts/0", r => r with { Hosts = ["https://a.example.com"] });
        yield return Case("/hosts/1", r => r with { Hosts = ["a.example.com", "a.*.com"] });
        yield return Case("/hosts/0", r => r with { Hosts = ["a.example.com:8080"] });
        yield return Case("/hosts/0", r => r with { Hosts = ["*"] });
        yield return Case("/hosts/0", r => r with { Hosts = ["bücher.example"] });
        yield return Case("/methods/0", r => r with { Methods = ["GET POST"] });
        yield return Case("/methods/0", r => r with { Methods = ["trace"] });
        yield return Case("/methods/1", r => r with { Methods = ["GET", "get"] });
        yield return Case("/headers/0/name", r => r with { Headers = [new ValueMatch("X Region", ["eu"])] });
        yield return Case("/headers/0/values", r => r with { Headers = [new ValueMatch("X-Region")] });
        yield return Case("/headers/0/values", r => r with { Headers = [new ValueMatch("X-Region", ["eu"], MatchMode.Exists)] });
        yield return Case("/headers/0/values", r => r with { Headers = [new ValueMatch("X-Region", [""])] });
        yield return Case("/query/0/mode", r => r with { Query = [new ValueMatch("v", Mode: MatchMode.NotExists)] });
        yield return Case("/auth/queryParameter", r => r with { Auth = new RouteAuth(QueryParameter: "a b") });
        yield return Case("/auth/queryParameter", r => r with { Auth = new RouteAuth(RouteAuthMode.None, "key") });
        yield return Case("/auth/queryParameter", r => r with { Auth = new RouteAuth(RouteAuthMode.Token, "key", [Issuer]) });
        yield return Case("/auth/issuers", r => r with { Auth = new RouteAuth(RouteAuthMode.Token) });
        yield return Case("/auth/issuers", r => r with { Auth = new RouteAuth(Issuers: [Issuer]) });
        yield return Case("/auth/issuers/0", r => r with { Auth = new RouteAuth(RouteAuthMode.Either, Issuers: ["api_1"]) });
        yield return Case("/auth/issuers/1", r => r with { Auth = new RouteAuth(RouteAuthMode.Both, Issuers: [Issuer, Issuer]) });
        yield return Case("/auth/claims", r => r with { Auth = new RouteAuth(Claims: [new ClaimRule("sub", ClaimOperator.Equals, ["a"])]) });
        yield return Case("/auth/claims/0/values", r => r with { Auth = new RouteAuth(RouteAuthMode.Token, null, [Issuer], [new ClaimRule("sub", ClaimOperator.Equals, ["a", "b"])]) });
        yield return Case("/auth/claims/0/claim", r => r with { Auth = new RouteAuth(RouteAuthMode.Token, null, [Issuer], [new ClaimRule("", ClaimOperator.In, ["a", "b"])]) });
        yield return Case("/auth/forwardToken", r => r with { Auth = new RouteAuth(ForwardToken: true) });
        yield return Case("/requiredScopes", r => r with { Auth = new RouteAuth(RouteAuthMode.None), RequiredScopes = ["orders:read"] });
        yield return Case("/requiredScopes/0", r => r with { RequiredScopes = ["orders"] });
        yield return Case("/requiredScopes/0", r => r with { RequiredScopes = ["orders:*"] });
        yield return Case("/stripPrefix", r => r with { StripPrefix = "v1" });
        yield return Case("/stripPrefix", r => r with { StripPrefix = "/v1/{id}" });
        yield return Case("/pathRewrite", r => r with { StripPrefix = "/v1", PathRewrite = "/v2" });
        yield return Case("/pathRewrite", r => r with { Path = "/a/{id}", PathRewrite = "/b/{key}" });
        yield return Case("/pathRewrite", r => r with { Path = "/a/{**rest}", PathRewrite = "/b/{rest}" });
        yield return Case("/pathRewrite", r => r with { PathRewrite = "/b/../c" });
        yield return Case("/timeoutSeconds", r => r with { TimeoutSeconds = 0 });
        yield return Case("/timeoutSeconds", r => r with { TimeoutSeconds = double.NaN });
        yield return Case("/metadata", r => r with { Metadata = new Dictionary<string, string> { ["a b"] = "c" } });
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Check_Mistake_PointsAtTheField(string pointer, RouteDefinition definition) =>
        definition.Check().Should().ContainSingle().Which.Pointer.Should().Be(pointer);

    [Test]
    public void Check_SeveralMistakes_ListsAll() =>
        (Valid with { Name = "", Path = "x", Methods = ["?"] }).Check().Select(f => f.Pointer).Should().BeEquivalentTo("/name", "/path", "/methods/0");

    [Test]
    public void Replace_Valid_NormalisesHostsAndMethods()
    {
        var route = Create(Valid with { Hosts = ["API.Example.com", "api.example.com"], Methods = ["get"], Path = "/a/{id:int}", PathRewrite = "/b/{id}" });

        route.Hosts.Should().Equal("api.example.com");
        route.Methods.Should().Equal("GET");
        route.ToDefinition().Check().Should().BeEmpty();
    }

    [Test]
    public void Replace_Mistake_ChangesNothing()
    {
        var route = Create(Valid);

        var replace = () => route.Replace(Valid with { Name = "other", Path = "" }, Now);

        replace.Should().Throw<DomainException>().Which.Faults.Should().ContainSingle();
        route.Name.Should().Be("orders");
    }

    private static ApiRoute Create(RouteDefinition definition) => ApiRoute.Create(new RouteId(Guid.CreateVersion7(Now)), new ApiId(Guid.CreateVersion7(Now)), definition, Now);

    private static TestCaseData Case(string pointer, Func<RouteDefinition, RouteDefinition> change) => new(pointer, change(Valid));
}
