using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

public class TokenMappingTests
{
    private static readonly SigningKey Key = new("k", "ES256");

    private static TokenBuilder Token => new(Key);

    [Test]
    public void ToCaller_Scopes_ComeFromTextAndListButNeverAsWildcards()
    {
        var caller = Map(Token.With("scope", "orders:read  orders:* *").With("scp", new JsonArray("orders:write", "openid")));

        caller.Scopes.Scopes.Should().BeEquivalentTo("orders:read", "orders:write", "openid");
        caller.Scopes.Covers("orders:delete").Should().BeFalse();
    }

    [Test]
    public void ToCaller_Roles_StandForTheScopesTheAdministratorGaveThem()
    {
        var definition = Terms.Definition with
        {
            RoleClaims = ["realm_access.roles"],
            RoleScopes = new Dictionary<string, IReadOnlyList<string>> { ["clerk"] = ["orders:*"], ["boss"] = ["*"] },
        };

        var caller = Map(Token.With("realm_access", new JsonObject { ["roles"] = new JsonArray("clerk", "cook") }), definition);

        caller.Scopes.Covers("orders:delete").Should().BeTrue();
        caller.Scopes.Covers("people:read").Should().BeFalse();
    }

    [TestCase("plain-1_~!", "plain-1_~!")]
    [TestCase("with space", "with%20space")]
    [TestCase("a\r\nX-Admin: 1", "a%0D%0AX-Admin%3A%201")]
    [TestCase("Zoë", "Zo%C3%AB")]
    [TestCase("50%", "50%25")]
    [TestCase("tab\there", "tab%09here")]
    [TestCase("\u0000", "%00")]
    public void ToCaller_HeaderValue_IsVisibleAsciiAlone(string claim, string header) =>
        Map(Token.With("name", claim), Terms.Definition with { Headers = [new ClaimHeader("name", "X-Name")] }).Headers
            .Should().BeEquivalentTo([KeyValuePair.Create("X-Name", header)]);

    [Test]
    public void ToCaller_HeaderOfAList_IsJoinedSoThatNoEntryLooksLikeTwo()
    {
        var definition = Terms.Definition with { Headers = [new ClaimHeader("groups", "X-Groups"), new ClaimHeader("gone", "X-Gone"), new ClaimHeader("long", "X-Long")] };

        var caller = Map(Token.With("groups", new JsonArray("a", "b,c")).With("long", new string('x', 5000)), definition);

        caller.Headers.Should().BeEquivalentTo([KeyValuePair.Create("X-Groups", "a,b%2Cc")]);
    }

    [Test]
    public void ToCaller_LimitSubject_IsTheSubjectOfTheIssuerOrTheConsumer()
    {
        var consumer = new ConsumerRecord { Id = new ConsumerId(Guid.CreateVersion7()), IdText = "con", Name = "Acme", Suspended = false, TierId = null };
        var alice = Map(Token);

        Map(Token).LimitSubject.Should().Be(alice.LimitSubject);
        Map(Token.With("sub", "bob")).LimitSubject.Should().NotBe(alice.LimitSubject);
        TokenMapping.ToCaller(Terms.Of(), Terms.Read(Token.Build()).Claims, TenantId.Default, consumer, DateTimeOffset.MaxValue).LimitSubject.Should().Be(consumer.Id.Value);
    }

    [Test]
    public void ToCaller_Tier_IsTheConsumersElseTheIssuers()
    {
        var (own, fallback) = (new RateLimitTierId(Guid.CreateVersion7()), new RateLimitTierId(Guid.CreateVersion7()));
        var terms = Terms.Of(Terms.Definition with { TierId = fallback });
        var claims = Terms.Read(Token.Build()).Claims;

        TokenMapping.ToCaller(terms, claims, TenantId.Default, null, DateTimeOffset.MaxValue).TierId.Should().Be(fallback);
        TokenMapping.ToCaller(terms, claims, TenantId.Default, Consumer(own), DateTimeOffset.MaxValue).TierId.Should().Be(own);
        TokenMapping.ToCaller(terms, claims, TenantId.Default, Consumer(null), DateTimeOffset.MaxValue).TierId.Should().Be(fallback);

        static ConsumerRecord Consumer(RateLimitTierId? tier) => new() { Id = default, IdText = "", Name = "", Suspended = false, TierId = tier };
    }

    private static TokenCaller Map(TokenBuilder token, IssuerDefinition? definition = null) =>
        TokenMapping.ToCaller(Terms.Of(definition), Terms.Read(token.Build()).Claims, TenantId.Default, null, DateTimeOffset.MaxValue);
}
