using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Tokens;

public class TokenIssuerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TokenIssuerId Id = new(new Guid("01900000-0000-7000-8000-000000000001"));
    private static readonly IssuerDefinition Valid = new("id", "https://id.example", Audiences: ["gateway"]);

    private static readonly IssuerDefinition Introspected =
        new("id", "corp", IssuerKind.Introspection, IntrospectionUrl: "https://id.example/introspect", ClientId: "gateway");

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Case("/name", Valid with { Name = "" });
        yield return Case("/issuer", Valid with { Issuer = "" });
        yield return Case("/issuer", Valid with { Issuer = "id.example" });
        yield return Case("/issuer", Valid with { Issuer = "ftp://id.example" });
        yield return Case("/issuer", Valid with { Issuer = "https://user:secret@id.example" });
        yield return Case("/issuer", Valid with { Issuer = "https://id.example?x=1" });
        yield return Case("/issuer", Valid with { Issuer = "https://id.example#x" });
        yield return Case("/jwksUrl", Valid with { JwksUrl = "https://id.example/jwks" });
        yield return Case("/jwksUrl", Valid with { Kind = IssuerKind.Jwks });
        yield return Case("/jwksUrl", Valid with { Kind = IssuerKind.Jwks, JwksUrl = "file:///etc/passwd" });
        yield return Case("/introspectionUrl", Introspected with { IntrospectionUrl = null });
        yield return Case("/clientId", Introspected with { ClientId = null });
        yield return Case("/clientId", Valid with { ClientId = "gateway" });
        yield return Case("/audiences", Valid with { Audiences = [] });
        yield return Case("/audiences/0", Valid with { Audiences = [""] });
        yield return Case("/algorithms/0", Valid with { Algorithms = ["none"] });
        yield return Case("/algorithms/1", Valid with { Algorithms = ["RS256", "HS256"] });
        yield return Case("/clockSkewSeconds", Valid with { ClockSkewSeconds = 301 });
        yield return Case("/clockSkewSeconds", Valid with { ClockSkewSeconds = -1 });
        yield return Case("/requiredClaims/0", Valid with { RequiredClaims = ["a\nb"] });
        yield return Case("/roleScopes", Valid with { RoleScopes = new Dictionary<string, IReadOnlyList<string>> { ["boss"] = ["everything"] } });
        yield return Case("/requireConsumer", Valid with { RequireConsumer = true });
        yield return Case("/headers/0/header", Valid with { Headers = [new ClaimHeader("sub", "Authorization")] });
        yield return Case("/headers/1/header", Valid with { Headers = [new ClaimHeader("sub", "X-Sub"), new ClaimHeader("sub", "x-sub")] });
        yield return Case("/headers/0/claim", Valid with { Headers = [new ClaimHeader("", "X-Sub")] });

        static TestCaseData Case(string pointer, IssuerDefinition definition) => new(pointer, definition);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Create_OneMistake_NamesItAlone(string pointer, IssuerDefinition definition)
    {
        var create = () => TokenIssuer.Create(Id, definition, definition.Kind == IssuerKind.Introspection ? [1] : null, Noon);

        create.Should().Throw<DomainException>().Which.Faults.Select(f => f.Pointer).Should().Equal(pointer);
    }

    [Test]
    public void Create_WithoutMore_HasTheDefaults()
    {
        var issuer = TokenIssuer.Create(Id, Valid, null, Noon);

        issuer.Definition.Algorithms.Should().Equal("RS256", "PS256", "ES256");
        issuer.Definition.ScopeClaims.Should().Equal("scope", "scp");
        issuer.Definition.ClockSkewSeconds.Should().Be(60);
        issuer.Id.ToString().Should().StartWith("iss_");
    }

    [Test]
    public void Create_IntrospectionWithoutSecret_IsRefused()
    {
        var create = () => TokenIssuer.Create(Id, Introspected, null, Noon);

        create.Should().Throw<DomainException>().Which.Faults.Single().Pointer.Should().Be("/clientSecret");
    }

    // Whoever may change the URL must not get the secret sent to a place of their own.
    [Test]
    public void Replace_SecretLeftOut_StaysOnlyWhereItWasGivenFor()
    {
        var issuer = TokenIssuer.Create(Id, Introspected, [1], Noon);

        issuer.Replace(Introspected with { Name = "other" }, null, Noon);
        issuer.ClientSecret.Should().Equal(1);

        var moved = () => issuer.Replace(Introspected with { IntrospectionUrl = "https://evil.example/introspect" }, null, Noon);
        moved.Should().Throw<DomainException>().Which.Faults.Single().Pointer.Should().Be("/clientSecret");
        issuer.Definition.IntrospectionUrl.Should().Be("https://id.example/introspect");

        issuer.Replace(Valid, null, Noon);
        issuer.ClientSecret.Should().BeNull();
    }

    [TestCase("X-User-Email", true)]
    [TestCase("X-Tenant-Id", true)]
    [TestCase("X-User-Id", true)]
    [TestCase("Department", true)]
    [TestCase("Authorization", false)]
    [TestCase("authorization", false)]
    [TestCase("Host", false)]
    [TestCase("Content-Length", false)]
    [TestCase("content-type", false)]
    [TestCase("Transfer-Encoding", false)]
    [TestCase("Connection", false)]
    [TestCase("X-API-Key", false)]
    [TestCase("Cookie", false)]
    [TestCase("X-Forwarded-For", false)]
    [TestCase("X-Request-Id", false)]
    [TestCase("X-Consumer-Id", false)]
    [TestCase("X-DataHub-Anything", false)]
    [TestCase("X_User_Email", false)]
    [TestCase("X-User:Email", false)]
    [TestCase("X-User Email", false)]
    [TestCase("X-User\r\nHost", false)]
    [TestCase("-X", false)]
    [TestCase("", false)]
    public void IsAllowedName_OnlyHeadersThatNothingElseDependsOn(string name, bool allowed) => ClaimHeader.IsAllowedName(name).Should().Be(allowed);
}
