using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SingleSignOn;

/// <summary>A provider that answers whatever the test wants: what a correct one never sends.</summary>
public class SsoForgeryTests : SsoFixture
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
#pragma warning disable NUnit1032 // The fixture has it started once; it is disposed once.
    private WebApplication _provider = null!;
#pragma warning restore NUnit1032
    private string _authority = "";
    private Func<JsonObject, JsonObject, string> _sign = null!;
    private Action<JsonObject, JsonObject> _change = (_, _) => { };
    private JsonObject _userInfo = [];
    private string _nonce = "";

    protected override async Task<string[]> ProviderSettingsAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _provider = builder.Build();
        _provider.MapGet("/.well-known/openid-configuration", () => Results.Json(new JsonObject
        {
            ["issuer"] = _authority,
            ["authorization_endpoint"] = _authority + "/auth",
            ["token_endpoint"] = _authority + "/token",
            ["userinfo_endpoint"] = _authority + "/me",
            ["jwks_uri"] = _authority + "/jwks",
        }));
        _provider.MapGet("/jwks", () => Results.Json(new JsonObject { ["keys"] = new JsonArray(Jwk(_key)) }));
        _provider.MapPost("/token", () => Results.Json(new JsonObject { ["access_token"] = "opaque", ["token_type"] = "Bearer", ["id_token"] = Token() }));
        _provider.MapGet("/me", () => Results.Json(_userInfo));
        await _provider.StartAsync();
        _authority = _provider.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return [$"Sso:Providers:corp:Authority={_authority}", "Sso:Providers:corp:ClientId=datahub", "Sso:Providers:corp:ClientSecret=x", "Sso:Providers:corp:DefaultRole=Viewer"];
    }

    [OneTimeTearDown]
    public async Task StopProviderAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        _key.Dispose();
    }

    [SetUp]
    public void BeHonest()
    {
        _change = (_, _) => { };
        _sign = (header, payload) => Sign(header, payload, _key);
        _userInfo = new JsonObject { ["sub"] = "eve", ["email"] = "eve@example.com", ["email_verified"] = true };
    }

    [Test]
    public async Task Callback_HonestAnswer_IsTaken() => (await FinishAsync()).Should().Be("302");

    [TestCase("nonce", "another")]
    [TestCase("nonce", null)]
    [TestCase("iss", "https://evil.example")]
    [TestCase("aud", "another-client")]
    [TestCase("aud", null)]
    [TestCase("azp", "another-client")]
    [TestCase("sub", null)]
    [TestCase("sub", "")]
    [TestCase("iat", null)]
    [TestCase("exp", null)]
    [TestCase("exp", "9999999999")]
    public async Task Callback_ClaimThatIsNotRight_IsRefused(string claim, string? value)
    {
        _change = (_, payload) => payload[claim] = value;

        (await FinishAsync()).Should().Be("401 sso_failed");
    }

    [Test]
    public async Task Callback_ExpiredOrNotYetValid_IsRefused()
    {
        _change = (_, payload) => payload["exp"] = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        (await FinishAsync()).Should().Be("401 sso_failed");
        _change = (_, payload) => payload["nbf"] = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        (await FinishAsync()).Should().Be("401 sso_failed");
    }

    [Test]
    public async Task Callback_SeveralAudiencesWithoutAzp_IsRefused()
    {
        _change = (_, payload) => payload["aud"] = new JsonArray("datahub", "another");
        (await FinishAsync()).Should().Be("401 sso_failed");
        _change = (_, payload) => (payload["aud"], payload["azp"]) = (new JsonArray("datahub", "another"), "datahub");
        (await FinishAsync()).Should().Be("302");
    }

    [Test]
    public async Task Callback_UnsignedOrSignedBySomebodyElse_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _sign = (header, payload) => Sign(header, payload, other);
        (await FinishAsync()).Should().Be("401 sso_failed");
        _sign = (header, payload) => $"{Part(With(header, "alg", "none"))}.{Part(payload)}.";
        (await FinishAsync()).Should().Be("401 sso_failed");
        _sign = (header, payload) => Hmac(With(header, "alg", "HS256"), payload, _key.ExportSubjectPublicKeyInfo());
        (await FinishAsync()).Should().Be("401 sso_failed");
        _sign = (header, payload) => Sign(With(With(header, "kid", "unknown"), "jwk", Jwk(other)), payload, other);
        (await FinishAsync()).Should().Be("401 sso_failed");
        _sign = (_, _) => "not.a.token";
        (await FinishAsync()).Should().Be("401 sso_failed");
    }

    [Test]
    public async Task Callback_UserInfoOfSomebodyElse_IsRefused()
    {
        _userInfo["sub"] = "adam";

        (await FinishAsync()).Should().Be("401 sso_failed");
    }

    [TestCase(false)]
    [TestCase(null)]
    [TestCase("false")]
    public async Task Callback_AddressThatIsNotVerified_DoesNotCount(object? verified)
    {
        _change = (_, payload) => payload["sub"] = "somebody new";
        _userInfo["sub"] = "somebody new";
        _userInfo["email_verified"] = verified is null ? null : JsonSerializer.SerializeToNode(verified);

        (await FinishAsync()).Should().Be("403 sso_not_allowed");
    }

    private async Task<string> FinishAsync()
    {
        var (authorization, cookie) = await BeginAsync();
        var query = HttpUtility.ParseQueryString(authorization.Query);
        _nonce = query["nonce"]!;
        var answer = await ReturnAsync(Node, new Uri($"{RedirectUri}?code=any&state={query["state"]}"), cookie);
        return answer.Status == HttpStatusCode.Redirect ? "302" : $"{(int)answer.Status} {answer.Code}";
    }

    private string Token()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = "one" };
        var payload = new JsonObject { ["iss"] = _authority, ["aud"] = "datahub", ["sub"] = "eve", ["iat"] = now, ["exp"] = now + 300, ["nonce"] = _nonce };
        _change(header, payload);
        return _sign(header, payload);
    }

    private static string Sign(JsonObject header, JsonObject payload, ECDsa key)
    {
        var content = $"{Part(header)}.{Part(payload)}";
        return $"{content}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }

    private static string Hmac(JsonObject header, JsonObject payload, byte[] secret)
    {
        var content = $"{Part(header)}.{Part(payload)}";
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    private static JsonObject Jwk(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = "one", ["use"] = "sig", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    private static JsonObject With(JsonObject json, string name, JsonNode value)
    {
        var changed = JsonNode.Parse(json.ToJsonString())!.AsObject();
        changed[name] = value;
        return changed;
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
