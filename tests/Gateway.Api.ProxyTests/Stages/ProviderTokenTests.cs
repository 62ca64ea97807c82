using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Identity;
using DataHub.TestKit.Scenarios;
using DataHub.TestKit.Waiting;
using DataHub.TestKit.Wire;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>Access tokens of a provider that shares no line with the gateway.</summary>
public class ProviderTokenTests : ProxyTests
{
#pragma warning disable NUnit1032 // The fixture has it started once; it is disposed once.
    private readonly OidcProvider _provider = new("http://127.0.0.1/unused", []);
#pragma warning restore NUnit1032

    private string _issuerId = "";

    protected override string[] Settings => ["Tokens:UnknownKeySeconds=1"];

    protected override async Task ArrangeAsync()
    {
        await _provider.StartAsync();
        _issuerId = GatewayScenario.IdOf(await Scenario.CreateAsync("/issuers", new
        {
            name = "corp", issuer = _provider.Authority, audiences = new[] { OidcProvider.Gateway }, clockSkewSeconds = 0,
            headers = new[] { new { claim = "sub", header = "X-Subject" } },
        }));
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject
        {
            ["name"] = "orders", ["path"] = "/orders", ["requiredScopes"] = new JsonArray("orders:read"),
            ["auth"] = new JsonObject { ["mode"] = "token", ["issuers"] = new JsonArray(_issuerId) },
        });
    }

    [OneTimeTearDown]
    public void StopProvider() => _provider.Dispose();

    [Test, Order(1)]
    public async Task Get_AccessToken_PassesWithItsScopesAndSubject()
    {
        (await WithTokenAsync(await _provider.AccessTokenAsync(scope: "orders:read orders:write"))).Status.Should().Be(200);

        Upstream.HeaderOfLast("X-Subject").Should().Equal(OidcProvider.Machine);
        Is(await WithTokenAsync(await _provider.AccessTokenAsync(scope: "orders:write")), 403, "insufficient_scope");
    }

    [Test, Order(1)]
    public async Task Get_TokenForAnotherAudience_Is401() =>
        Is(await WithTokenAsync(await _provider.AccessTokenAsync(OidcProvider.Elsewhere)), 401, "token_invalid");

    [Test, Order(1)]
    public async Task Get_TokenAfterItsEnd_Is401Expired()
    {
        var token = await _provider.AccessTokenAsync(OidcProvider.GatewayForFiveSeconds);
        (await WithTokenAsync(token)).Status.Should().Be(200);

        await Eventually.TrueAsync(async () => (await WithTokenAsync(token)).Status == 401, "the token ends after five seconds");
        Is(await WithTokenAsync(token), 401, "token_expired");
    }

    [Test, Order(1)]
    public async Task Get_TokenWithoutItsSignatureOrWithAnotherContent_Is401()
    {
        var token = await _provider.AccessTokenAsync(scope: "orders:write");
        var (header, payload, signature) = (token.Split('.')[0], token.Split('.')[1], token.Split('.')[2]);
        var none = TokenBuilder.Encode("""{"alg":"none","typ":"at+jwt"}""");
        var wider = TokenBuilder.Encode(Decode(payload).Replace("orders:write", "orders:read", StringComparison.Ordinal));

        foreach (var forged in new[] { $"{none}.{payload}.", $"{none}.{payload}.{signature}", $"{header}.{payload}.", $"{header}.{wider}.{signature}" })
        {
            Is(await WithTokenAsync(forged), 401, "token_invalid");
        }

        Upstream.Requests.Should().BeEmpty();
    }

    [Test, Order(1)]
    public async Task Get_TokenOfSomebody_StandsInTheLogWithItsIssuerAndIsFoundByIt()
    {
        (await WithTokenAsync(await _provider.AccessTokenAsync())).Status.Should().Be(200);
        Is(await WithTokenAsync(await _provider.AccessTokenAsync(scope: "orders:write")), 403, "insufficient_scope");
        Is(await WithTokenAsync(await _provider.AccessTokenAsync(OidcProvider.Elsewhere)), 401, "token_invalid");
        await Scenario.LogsAsync("status=401", 1);

        var entries = await Scenario.LogsAsync($"subject={OidcProvider.Machine}&issuer={_issuerId}", 2);

        entries.Select(e => (int)e!["status"]!).Should().Contain([200, 403]).And.NotContain(401, "whose token was not verified is not known");
        entries.Should().OnlyContain(e => (string)e!["token"]!["subject"]! == OidcProvider.Machine && (string)e["token"]!["issuerId"]! == _issuerId);
        (await Scenario.LogsAsync("status=401", 1)).Should().OnlyContain(e => e!["token"] == null);
        (await Scenario.LogsAsync($"subject={OidcProvider.Machine.ToUpperInvariant()}", 0)).Should().BeEmpty();
    }

    [Test, Order(2)]
    public async Task Get_AfterTheProviderChangedItsKeys_TakesTheNewAndLetsGoOfTheOld()
    {
        var old = await _provider.AccessTokenAsync();
        (await WithTokenAsync(old)).Status.Should().Be(200);
        _provider.Stop();
        await _provider.StartAsync("ES256");

        (await WithTokenAsync(await _provider.AccessTokenAsync())).Status.Should().Be(200, "the first request with the new key finds it");
        Is(await WithTokenAsync(old), 401, "token_invalid");
    }

    [Test, Order(3)]
    public async Task Get_WhileTheProviderIsDown_GoesOn()
    {
        var (known, unseen) = (await _provider.AccessTokenAsync(), await _provider.AccessTokenAsync());
        (await WithTokenAsync(known)).Status.Should().Be(200);
        _provider.Stop();

        (await WithTokenAsync(known)).Status.Should().Be(200);
        (await WithTokenAsync(unseen)).Status.Should().Be(200, "the keys are still here");
        var foreign = new TokenBuilder(new SigningKey("unknown", "RS256"), TimeProvider.System.GetUtcNow()).With("iss", _provider.Authority).With("aud", OidcProvider.Gateway);
        Is(await WithTokenAsync(foreign.Build()), 401, "token_invalid");
    }

    private Task<RawAnswer> WithTokenAsync(string token) => SendAsync($"GET /gateway/raw/orders HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\r\n");

    private static string Decode(string part) => System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));

    private static void Is(RawAnswer answer, int status, string code)
    {
        answer.Status.Should().Be(status, answer.Text);
        ((string)JsonNode.Parse(answer.Body)!["code"]!).Should().Be(code);
    }
}
