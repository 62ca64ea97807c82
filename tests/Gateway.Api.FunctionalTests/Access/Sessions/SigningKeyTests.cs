using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Sessions;

public class SigningKeyTests : SignInFixture
{
    private const string Rotate = "/api/v1/auth/signing-keys:rotate";

    [Test]
    public async Task Rotate_KeepsTheTokensThatThereAreAndSignsTheNextWithANewKey()
    {
        var (client, before, _) = await SignedInAsync();
        using var _1 = client;

        var rotated = (await client.PostAsync(Rotate)).Is(HttpStatusCode.OK);

        rotated.Data["replaced"]!.AsArray().Select(k => (string)k!["keyId"]!).Should().Contain(KidOf(before));
        rotated.Data["replaced"]!.AsArray().Should().OnlyContain(k => k!["verifiesUntil"] != null);
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        (await MeOnOtherNodeAsync(client)).Is(HttpStatusCode.OK);
        foreach (var node in new[] { Node, OtherNode })
        {
            var (next, after, _) = await SignedInAsync(node);
            using var _2 = next;
            await Eventually.TrueAsync(async () => KidOf((await SignedInAsync(node)).SignedIn) == (string)rotated.Data["keyId"]!, "this node signs with the new key");
            (await next.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        }
    }

    [Test]
    public async Task Rotate_RevokingTheOld_EndsTheirTokensOnEveryNodeAndSessionsRefresh()
    {
        var (client, before, _) = await SignedInAsync();
        using var _1 = client;
        (await MeOnOtherNodeAsync(client)).Is(HttpStatusCode.OK);

        (await client.PostAsync(Rotate, new { revokeOld = true })).Is(HttpStatusCode.OK);

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("token_invalid");
        await Eventually.TrueAsync(
            async () => (await MeOnOtherNodeAsync(client)).Status == HttpStatusCode.Unauthorized, "the other node refuses it");
        var refreshed = (await client.PostAsync("/api/v1/auth/refresh", new { refreshToken = TokenOf(before) })).Is(HttpStatusCode.OK);
        client.Headers["Authorization"] = "Bearer " + TokenOf(refreshed, "accessToken");
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        (await MeOnOtherNodeAsync(client)).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Rotate_StandsInTheAuditTrailAndADryRunDoesNot()
    {
        var (client, before, id) = await SignedInAsync();
        using var _1 = client;
        (await client.PostAsync(Rotate + "?dryRun=true", new { revokeOld = true })).Is(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);

        var rotated = (await client.PostAsync(Rotate)).Is(HttpStatusCode.OK);

        var records = (await client.GetAsync("/api/v1/audit?action=signing-keys.rotate&actor=" + id)).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        records.Should().ContainSingle();
        records[0]!.ToJsonString().Should().Contain((string)rotated.Data["keyId"]!).And.Contain(KidOf(before));
    }

    [Test]
    public async Task Rotate_UnknownField_Is400()
    {
        var (client, _, _) = await SignedInAsync();
        using var _1 = client;

        (await client.PostAsync(Rotate, new { revokeOld = "yes" })).Is(HttpStatusCode.BadRequest);
        (await client.PostAsync(Rotate, new { revoke = true })).Is(HttpStatusCode.BadRequest);
    }

    private async Task<Answer> MeOnOtherNodeAsync(PersonClient client)
    {
        using var other = new PersonClient(OtherNode);
        other.Headers["Authorization"] = client.Headers["Authorization"];
        return await other.GetAsync("/api/v1/auth/me");
    }

    private static string KidOf(Answer signedIn)
    {
        var header = System.Buffers.Text.Base64Url.DecodeFromChars(TokenOf(signedIn, "accessToken").Split('.')[0]);
        return (string)System.Text.Json.Nodes.JsonNode.Parse(header)!["kid"]!;
    }
}
