using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.Sessions;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Sessions;

/// <summary>What people try with a token that they have seen.</summary>
public class ForgedTokenTests : SignInFixture
{
    // A gateway that is told the failures of this class would block the address that all tests come from.
    protected override string[] Settings => ["IpRules:FailedAuthenticationsPerMinute=0"];

    [Test]
    public async Task Token_OfOurOwnMaking_IsTakenApartAndPutTogetherAgain()
    {
        // Proves that the forgeries below are refused for what is wrong in them, not for how they are made.
        var (header, payload, key) = await GenuineAsync();

        (await TryAsync(Sign(header, payload, key))).Is(HttpStatusCode.OK);
    }

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("")]
    [TestCase("es256")]
    [TestCase("ES384")]
    [TestCase("RS256")]
    public async Task Token_WithAnotherAlgorithm_IsRefused(string algorithm)
    {
        var (header, payload, key) = await GenuineAsync();
        header["alg"] = algorithm;

        await RefusedAsync(Sign(header, payload, key));
        await RefusedAsync($"{Part(header)}.{Part(payload)}.");
    }

    // The public key is no secret: whoever takes it for a shared one makes tokens that a careless verifier believes.
    [Test]
    public async Task Token_Hs256WithThePublicKey_IsRefused()
    {
        var (header, payload, key) = await GenuineAsync();
        header["alg"] = "HS256";
        var content = $"{Part(header)}.{Part(payload)}";
        foreach (var secret in new[] { key.Key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(key.Key.ExportSubjectPublicKeyInfoPem()) })
        {
            await RefusedAsync($"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}");
        }
    }

    [TestCase("../../../dev/null")]
    [TestCase("' OR '1'='1")]
    [TestCase("")]
    [TestCase("unknown")]
    public async Task Token_InjectedKid_IsRefused(string kid)
    {
        var (header, payload, key) = await GenuineAsync();
        header["kid"] = kid;

        await RefusedAsync(Sign(header, payload, key));
    }

    [Test]
    public async Task Token_BringingItsOwnKey_IsRefused()
    {
        var (header, payload, genuine) = await GenuineAsync();
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(false).Q;
        header["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
        header["jku"] = "http://127.0.0.1:1/keys";

        await RefusedAsync(Sign(header, payload, genuine with { Key = own }));
    }

    [Test]
    public async Task Token_ChangedInAnyPart_IsRefused()
    {
        var (header, payload, key) = await GenuineAsync();
        var good = Sign(header, payload, key);
        var (_, other, _) = await GenuineAsync();
        var (head, _, signature) = (good.Split('.')[0], 0, good.Split('.')[2]);

        await RefusedAsync($"{head}.{Part(other)}.{signature}");
        await RefusedAsync(good[..^2]);
        await RefusedAsync(good + "A");
        await RefusedAsync(good + "==");
        await RefusedAsync($"{good}.{signature}");
        await RefusedAsync($"{head}..{signature}");
        await RefusedAsync($".{good}");
        await RefusedAsync("a.b.c");
        await RefusedAsync($"{head}.{Part(payload)}.{Base64Url.EncodeToString(new byte[64])}");
        await RefusedAsync(new string('a', 2000) + ".b.c");
        await RefusedAsync(good + new string('A', 8000));
    }

    [Test]
    public async Task Token_WrongTypeCriticalOrDoubleClaims_IsRefused()
    {
        var (header, payload, key) = await GenuineAsync();
        await RefusedAsync(Sign(With(header, "typ", "JWT"), payload, key));
        await RefusedAsync(Sign(With(header, "crit", new JsonArray("exp")), payload, key));
        await RefusedAsync(Sign(header, With(payload, "aud", "another"), key));
        await RefusedAsync(Sign(header, With(payload, "iss", "another"), key));
        await RefusedAsync(Sign(header, With(payload, "exp", "9999999999"), key));
        await RefusedAsync(Sign(header, With(payload, "exp", null), key));
        await RefusedAsync(Sign(header, With(payload, "iat", TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()), key));
        await RefusedAsync(Sign(header, With(payload, "sid", "ses_0"), key));

        var twice = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString().Replace("{", "{\"sid\":\"ses_00000000000000000000000000\",", StringComparison.Ordinal)));
        var content = $"{Part(header)}.{twice}";
        await RefusedAsync($"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}");
    }

    [Test]
    public async Task Token_Expired_SaysSo()
    {
        var (header, payload, key) = await GenuineAsync();

        var expired = Sign(header, With(payload, "exp", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1), key);

        (await TryAsync(expired)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("token_expired");
    }

    [Test]
    public async Task Token_OfASessionThatNeverWas_IsSessionEnded()
    {
        var (header, payload, key) = await GenuineAsync();

        var invented = Sign(header, With(payload, "sid", EntityId.Format("ses", Guid.CreateVersion7())), key);

        (await TryAsync(invented)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    private async Task<(JsonObject Header, JsonObject Payload, SigningKey Key)> GenuineAsync()
    {
        var (client, signedIn, _) = await SignedInAsync();
        client.Dispose();
        var parts = TokenOf(signedIn, "accessToken").Split('.');
        return (Read(parts[0]), Read(parts[1]), await Node.Services.GetRequiredService<SigningKeyRing>().CurrentAsync(CancellationToken.None));
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        var changed = JsonNode.Parse(json.ToJsonString())!.AsObject();
        changed[name] = value;
        return changed;
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    private static string Sign(JsonObject header, JsonObject payload, SigningKey key)
    {
        var content = $"{Part(header)}.{Part(payload)}";
        return $"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private async Task RefusedAsync(string token) => (await TryAsync(token)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("token_invalid", token);

    private async Task<Answer> TryAsync(string token)
    {
        using var client = new PersonClient(Node);
        return await client.GetAsync("/api/v1/auth/me", ("Authorization", "Bearer " + token));
    }
}
