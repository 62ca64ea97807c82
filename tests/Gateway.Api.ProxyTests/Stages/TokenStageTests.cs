using System.Text.Json.Nodes;
using DataHub.TestKit.Identity;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

public class TokenStageTests : ProxyTests
{
    private TestIdentityProvider _provider = null!;
    private string _issuerId = "";
    private string _opaqueId = "";

    protected override async Task ArrangeAsync()
    {
        _provider = await TestIdentityProvider.StartAsync();
        _provider.Keys.Add(new SigningKey("k1", "RS256"));
        var tier = ScenarioIdOf(await Scenario.CreateAsync("/tiers", new { name = "two", limits = new[] { new { name = "minute", limit = 2, windowSeconds = 3600, algorithm = "sliding-log", by = "key" } } }));
        _issuerId = ScenarioIdOf(await Scenario.CreateAsync("/issuers", new
        {
            name = "id", issuer = _provider.Address, audiences = new[] { "gateway" }, consumerClaim = "org",
            headers = new[] { new { claim = "email", header = "X-User-Email" } },
            roleScopes = new Dictionary<string, string[]> { ["boss"] = ["orders:*"] },
        }));
        _opaqueId = ScenarioIdOf(await Scenario.CreateAsync("/issuers", new
        {
            name = "opaque", issuer = "opaque", kind = "introspection", introspectionUrl = _provider.IntrospectionUrl, clientId = "gateway", clientSecret = "s3cret",
        }));
        await AddRouteAsync("token", new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId) });
        await AddRouteAsync("scoped", new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId) }, "orders:read");
        await AddRouteAsync("either", new JsonObject { ["mode"] = "either", ["issuers"] = new JsonArray(_issuerId), ["queryParameter"] = "key" });
        await AddRouteAsync("both", new JsonObject { ["mode"] = "both", ["issuers"] = new JsonArray(_issuerId), ["forwardToken"] = true });
        await AddRouteAsync("opaque", new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId, _opaqueId) });
        await AddRouteAsync("limited", new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId) }, tier: tier);
        await AddRouteAsync("sales", new JsonObject
        {
            ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId),
            ["claims"] = new JsonArray(new JsonObject { ["claim"] = "dept", ["operator"] = "in", ["values"] = new JsonArray("sales", "hr") }),
        });
    }

    [OneTimeTearDown]
    public async Task StopProviderAsync() => await _provider.DisposeAsync();

    [SetUp]
    public void Behave() => _provider.Misbehave = null;

    [Test]
    public async Task Get_GoodToken_PassesWithoutItAndWithItsClaims()
    {
        var token = _provider.Token().With("email", "zoë@example.org").Build();

        var answer = await SendAsync($"GET /gateway/raw/token HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nX-User-Email: forged\r\nx_user_email: forged\r\nX-Consumer-Id: forged\r\n\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.HeaderOfLast("X-User-Email").Should().Equal("zo%C3%AB%40example.org");
        Upstream.LastRequest.Should().NotContain("forged").And.NotContain(token).And.NotContain("Authorization");
    }

    [Test]
    public async Task Get_NoToken_Is401WithAChallengeAndNoError()
    {
        var answer = await SendAsync("GET /gateway/raw/token HTTP/1.1\r\nHost: h\r\n\r\n");

        Is(answer, 401, "token_missing");
        answer.Header("WWW-Authenticate").Should().Be("Bearer realm=\"datahub\"");
        Upstream.Requests.Should().BeEmpty();
    }

    private static IEnumerable<TestCaseData> Attacks()
    {
        yield return Case("alg none", (t, _) => $"{TokenBuilder.Encode("""{"alg":"none"}""")}.{TokenBuilder.Encode(t.Claims.ToJsonString())}.");
        yield return Case("alg none with a signature", (t, _) => t.WithHeader("alg", "none").Build());
        yield return Case("HS256 with the public key", (t, key) => Hmac(t, key));
        yield return Case("kid with a path", (t, _) => t.WithHeader("kid", "../../../../dev/null").Build());
        yield return Case("kid with SQL", (t, _) => t.WithHeader("kid", "x' UNION SELECT 'a").Build());
        yield return Case("own jwk", (t, _) => Forged(t).WithHeader("jwk", Forger.Jwk()).Build());
        yield return Case("jku", (t, _) => Forged(t).WithHeader("jku", "http://127.0.0.1:9/jwks").Build());
        yield return Case("x5u", (t, _) => Forged(t).WithHeader("x5u", "http://127.0.0.1:9/x5u").Build());
        yield return Case("another key under the same kid", (t, _) => Forged(t).WithHeader("kid", "k1").Build());
        yield return Case("not valid yet", (t, _) => t.With("nbf", 9999999999).Build());
        yield return Case("other issuer", (t, _) => t.With("iss", "https://evil.example").Build());
        yield return Case("other audience", (t, _) => t.With("aud", "elsewhere").Build());
        yield return Case("no expiry", (t, _) => t.Without("exp").Build());
        yield return Case("unknown crit", (t, _) => t.WithHeader("crit", new JsonArray("urn:x")).WithHeader("urn:x", true).Build());
        yield return Case("signature cut off", (t, _) => t.Build()[..(t.Build().LastIndexOf('.') + 1)]);
        yield return Case("ES256 with zeros", (t, _) => $"{TokenBuilder.Encode("""{"alg":"ES256","kid":"k1"}""")}.{TokenBuilder.Encode(t.Claims.ToJsonString())}.{new string('A', 86)}");
        yield return Case("oversized", (t, _) => t.With("x", new string('x', 9000)).Build());
        yield return Case("garbage", (_, _) => "....");
        yield return Case("duplicate claim", (t, _) => TokenBuilder.Sign(t.Header.ToJsonString(), t.Claims.ToJsonString().Insert(1, "\"aud\":\"gateway\","), t.Key));
        yield return Case("key of the gateway", (_, _) => "dh_live_0000000000000000000000000000000000000000000");
        yield return Case("byte outside of ASCII", (_, _) => "\u00c3\u00a9");

        static TestCaseData Case(string name, Func<TokenBuilder, SigningKey, string> make) => new TestCaseData(make).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Attacks))]
    public async Task Get_AttackedToken_Is401AndReachesNobody(Func<TokenBuilder, SigningKey, string> make)
    {
        var answer = await WithTokenAsync("token", make(_provider.Token(), _provider.Keys[0]));

        Is(answer, 401, "token_invalid");
        answer.Header("WWW-Authenticate").Should().Contain("error=\"invalid_token\"");
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_ExpiredToken_Is401Expired() => Is(await WithTokenAsync("token", _provider.Token().With("exp", 1000000000).Build()), 401, "token_expired");

    [Test]
    public async Task Get_TwoAuthorizations_Is401EvenWhenBothAreGood()
    {
        var token = _provider.Token().Build();

        var answer = await SendAsync($"GET /gateway/raw/token HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n\r\n");

        Is(answer, 401, "token_invalid");
    }

    [Test]
    public async Task Get_Scope_ComesFromClaimsAndRoles()
    {
        Is(await WithTokenAsync("scoped", _provider.Token().Build()), 403, "insufficient_scope");
        Is(await WithTokenAsync("scoped", _provider.Token().With("scope", "orders:* *").Build()), 403, "insufficient_scope");
        (await WithTokenAsync("scoped", _provider.Token().With("scope", "openid orders:read").Build())).Status.Should().Be(200);
        (await WithTokenAsync("scoped", _provider.Token().With("roles", new JsonArray("boss")).Build())).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_ConditionOnAClaim_Is403NamingIt()
    {
        var answer = await WithTokenAsync("sales", _provider.Token().With("dept", "it").Build());

        Is(answer, 403, "insufficient_claims");
        answer.Body.Should().Contain("dept");
        (await WithTokenAsync("sales", _provider.Token().With("dept", "hr").Build())).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_RouteForEither_TakesKeyOrTokenAndNeitherWhenTheKeyIsBad()
    {
        var token = _provider.Token().Build();

        (await WithTokenAsync("either", token)).Status.Should().Be(200);
        (await WithTokenAsync("either", Key)).Status.Should().Be(200);
        (await SendAsync($"GET /gateway/raw/either?key={Key} HTTP/1.1\r\nHost: h\r\n\r\n")).Status.Should().Be(200);
        (await SendAsync($"GET /gateway/raw/either HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nAuthorization: Bearer unverified\r\n\r\n")).Status.Should().Be(200);
        Upstream.LastRequest.Should().NotContain("unverified");
        Is(await SendAsync($"GET /gateway/raw/either HTTP/1.1\r\nHost: h\r\nX-API-Key: nonsense\r\nAuthorization: Bearer {token}\r\n\r\n"), 401, "api_key_malformed");
        Is(await SendAsync("GET /gateway/raw/either HTTP/1.1\r\nHost: h\r\n\r\n"), 401, "token_missing");
    }

    [Test]
    public async Task Get_RouteForBoth_NeedsBothAndForwardsTheTokenWhereAsked()
    {
        var token = _provider.Token().Build();

        Is(await WithTokenAsync("both", token), 401, "api_key_missing");
        Is(await SendAsync($"GET /gateway/raw/both HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n"), 401, "token_missing");
        Is(await SendAsync($"GET /gateway/raw/both HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nAuthorization: Bearer x.y.z\r\n\r\n"), 401, "token_invalid");

        (await SendAsync($"GET /gateway/raw/both HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nAuthorization: Bearer {token}\r\n\r\n")).Status.Should().Be(200);
        Upstream.HeaderOfLast("Authorization").Should().Equal("Bearer " + token);
        Upstream.HeaderOfLast("X-Key-Id").Should().Equal(KeyId);
        Upstream.LastRequest.Should().NotContain(Key);
    }

    [Test]
    public async Task Get_Limits_CountEverySubjectOnItsOwn()
    {
        var (alice, bob) = (_provider.Token().With("sub", "limited-a").Build(), _provider.Token().With("sub", "limited-b").Build());
        var aliceAgain = _provider.Token().With("sub", "limited-a").With("jti", "2").Build();

        (await WithTokenAsync("limited", alice)).Status.Should().Be(200);
        (await WithTokenAsync("limited", aliceAgain)).Status.Should().Be(200);
        Is(await WithTokenAsync("limited", alice), 429, "rate_limit_exceeded");
        (await WithTokenAsync("limited", bob)).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_TokenOfAConsumer_CarriesItAndStopsWithIt()
    {
        var consumer = await Scenario.AddConsumerAsync("Token Users");
        var token = _provider.Token().With("org", "Token Users").Build();
        (await WithTokenAsync("token", token)).Status.Should().Be(200);
        Upstream.HeaderOfLast("X-Consumer-Id").Should().Equal(consumer);
        var entry = (await Scenario.LogsAsync($"consumer={consumer}", 1))[0]!;
        entry.ToJsonString().Should().NotContain(token.Split('.')[2]);

        (await Scenario.SendAsync(HttpMethod.Post, $"/consumers/{consumer}:suspend", new { reason = "test" })).IsSuccessStatusCode.Should().BeTrue();

        Is(await WithTokenAsync("token", token), 403, "consumer_suspended");
    }

    [Test]
    public async Task Get_OpaqueToken_IsAskedAboutAndFailsClosed()
    {
        _provider.Tokens["opaque-1"] = new JsonObject { ["active"] = true, ["sub"] = "alice" };
        (await WithTokenAsync("opaque", "opaque-1")).Status.Should().Be(200);
        Is(await WithTokenAsync("opaque", "opaque-unknown"), 401, "token_invalid");
        _provider.Misbehave = context =>
        {
            context.Response.StatusCode = 500;
            return Task.FromResult(true);
        };

        var answer = await WithTokenAsync("opaque", "opaque-2");
        Is(answer, 503, "store_unavailable");
        answer.Header("Retry-After").Should().NotBeNull();
        (await WithTokenAsync("opaque", "opaque-1")).Status.Should().Be(200, "what was said a moment ago still counts");
    }

    [Test]
    public async Task Get_IssuerChanged_DecidesAtOnce()
    {
        var token = _provider.Token().Build();
        (await WithTokenAsync("token", token)).Status.Should().Be(200);

        (await Scenario.SendAsync(HttpMethod.Patch, $"/issuers/{_issuerId}", new { enabled = false })).IsSuccessStatusCode.Should().BeTrue();
        Is(await WithTokenAsync("token", token), 401, "token_invalid");

        (await Scenario.SendAsync(HttpMethod.Patch, $"/issuers/{_issuerId}", new { enabled = true })).IsSuccessStatusCode.Should().BeTrue();
        (await WithTokenAsync("token", token)).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_RouteForAllTenants_BelongsToTheTenantThatTheTokenNames()
    {
        var acme = ScenarioIdOf(await Scenario.CreateAsync("/tenants", new { name = "acme", hosts = new[] { "api.acme.example" } }));
        var issuer = ScenarioIdOf(await Scenario.CreateAsync("/issuers", new { name = "shared", issuer = _provider.Address, audiences = new[] { "gateway" }, tenantClaim = "tenant" }));
        await AddRouteAsync("shared", new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(issuer), ["allTenants"] = true });
        var ofAcme = _provider.Token().With("tenant", "acme").Build();
        var ofDefault = _provider.Token().With("tenant", DataHub.Domain.SharedKernel.TenantId.Default.ToString()).Build();

        (await WithTokenAsync("shared", ofAcme)).Status.Should().Be(200);
        Upstream.HeaderOfLast("X-Consumer-Tenant").Should().Equal(acme);
        (await WithTokenAsync("shared", ofDefault)).Status.Should().Be(200);
        Is(await WithTokenAsync("shared", _provider.Token().With("tenant", "nobody").Build()), 401, "token_invalid");
        Is(await WithTokenAsync("shared", ofDefault, "api.acme.example"), 401, "token_invalid");
        (await WithTokenAsync("shared", ofAcme, "api.acme.example")).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_OrdinaryRoute_AlsoLosesForgedClaimHeaders()
    {
        (await GetAsync("/gateway/raw/a", "X-User-Email: forged\r\nX_User-Email: forged\r\n")).Status.Should().Be(200);

        Upstream.LastRequest.Should().NotContain("forged");
    }

    private static readonly SigningKey Forger = new("forger", "RS256");

    private static TokenBuilder Forged(TokenBuilder token) => new TokenBuilder(Forger, TimeProvider.System.GetUtcNow()).With("iss", token.Claims["iss"]!.DeepClone());

    private static string Hmac(TokenBuilder token, SigningKey key)
    {
        var signed = $"{TokenBuilder.Encode("""{"alg":"HS256","kid":"k1"}""")}.{TokenBuilder.Encode(token.Claims.ToJsonString())}";
        var secret = System.Text.Encoding.ASCII.GetBytes(key.PublicPem);
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.HMACSHA256.HashData(secret, System.Text.Encoding.ASCII.GetBytes(signed)))}";
    }

    private Task AddRouteAsync(string name, JsonObject auth, string? scope = null, string? tier = null)
    {
        var route = new JsonObject { ["name"] = name, ["path"] = "/" + name, ["auth"] = auth };
        if (scope is not null)
        {
            route["requiredScopes"] = new JsonArray(scope);
        }

        if (tier is not null)
        {
            route["tierId"] = tier;
        }

        return Scenario.AddRouteAsync(ApiId, UpstreamId, route);
    }

    private Task<RawAnswer> WithTokenAsync(string route, string token, string host = "h") =>
        SendAsync($"GET /gateway/raw/{route} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");

    private static void Is(RawAnswer answer, int status, string code)
    {
        answer.Status.Should().Be(status, answer.Text);
        ((string)JsonNode.Parse(answer.Body)!["code"]!).Should().Be(code);
    }

    private static string ScenarioIdOf(JsonObject answer) => GatewayScenario.IdOf(answer);
}
