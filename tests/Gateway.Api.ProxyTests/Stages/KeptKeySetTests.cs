using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Identity;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Waiting;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>Nodes that start while the issuer is down, each with an empty disk.</summary>
public class KeptKeySetTests : ProxyTests
{
    private readonly SigningKey _key = new("k1", "ES256");
    private string _issuer = "";
    private string _issuerId = "";

    protected override async Task ArrangeAsync()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        provider.Keys.Add(_key);
        _issuer = provider.Address;
        _issuerId = GatewayScenario.IdOf(await Scenario.CreateAsync("/issuers", new { name = "id", issuer = _issuer, audiences = new[] { "gateway" } }));
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject
        {
            ["name"] = "token", ["path"] = "/token", ["auth"] = new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId) },
        });
        (await WithTokenAsync(Gateway)).Status.Should().Be(200);
        await Eventually.TrueAsync(async () => await Database.QueryScalarAsync<long>("SELECT count(*) FROM access.issuer_key_sets") == 1, "the keys are kept");
    }

    [Test, Order(1)]
    public async Task Start_WhileTheIssuerIsDown_VerifiesWithTheKeptKeys()
    {
        await using var node = await TestGateway.StartAsync(Database, TestGateway.Patient);

        await Eventually.TrueAsync(async () => (await WithTokenAsync(node)).Status == 200, "the kept keys are read");
        var foreign = new TokenBuilder(new SigningKey("k1", "ES256"), TimeProvider.System.GetUtcNow()).With("iss", _issuer);
        (await WithTokenAsync(node, foreign)).Status.Should().Be(401);
        using var check = await new GatewayScenario(node, Scenario.AdminKey).SendAsync(HttpMethod.Post, $"/issuers/{_issuerId}:check");
        (await check.Content.ReadAsStringAsync()).Should().Contain("\"reachable\":false").And.Contain("\"keyId\":\"k1\"");
    }

    // A change of the issuer makes a new reader of its keys; it must not lose them because the issuer is away.
    [Test, Order(1)]
    public async Task Patch_IssuerThatIsDown_KeepsItsKeys()
    {
        (await Scenario.SendAsync(HttpMethod.Patch, $"/issuers/{_issuerId}", new { clockSkewSeconds = 30 })).IsSuccessStatusCode.Should().BeTrue();

        await Eventually.TrueAsync(async () => (await WithTokenAsync(Gateway)).Status == 200, "the kept keys are read");
    }

    [TestCase("now() - interval '24 hours 1 minute'", 503)]
    [TestCase("now() - interval '23 hours 58 minutes'", 200)]
    [Order(2)]
    public async Task Start_KeptKeysOfYesterday_CountForADay(string fetchedAt, int status)
    {
        await Database.ExecuteAsync($"UPDATE access.issuer_key_sets SET fetched_at = {fetchedAt}");
        await using var node = await TestGateway.StartAsync(Database, TestGateway.Patient);

        (await WithTokenAsync(node)).Status.Should().Be(status);
    }

    // Whoever points the issuer at another place must not be served the keys of the place before.
    [Test, Order(3)]
    public async Task Start_KeysOfAnotherPlace_AreNotUsed()
    {
        await Database.ExecuteAsync("UPDATE access.issuer_key_sets SET fetched_at = now()");
        (await Scenario.SendAsync(HttpMethod.Patch, $"/issuers/{_issuerId}", new { kind = "jwks", jwksUrl = "http://127.0.0.1:9/jwks" })).IsSuccessStatusCode.Should().BeTrue();
        await using var node = await TestGateway.StartAsync(Database, TestGateway.Patient);

        (await WithTokenAsync(node)).Status.Should().Be(503);
    }

    private Task<RawAnswer> WithTokenAsync(TestGateway node, TokenBuilder? token = null) =>
        RawHttp.SendAsync(node.Address, $"GET /gateway/raw/token HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {(token ?? Token()).Build()}\r\n\r\n");

    private TokenBuilder Token() => new TokenBuilder(_key, TimeProvider.System.GetUtcNow()).With("iss", _issuer);
}
