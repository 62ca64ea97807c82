using System.Net;
using DataHub.Domain.Access.ApiKeys;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

public class AdminAuthenticationTests : AccessFixture
{
    private const string Path = "/api/v1/consumers";

    [Test]
    public async Task AnyCall_WithoutAKey_Is401ApiKeyMissingWithAChallenge()
    {
        var answer = await CallAsync();

        answer.Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_missing");
        answer.Headers["WWW-Authenticate"].Should().StartWith("Bearer");
        answer.Headers["Cache-Control"].Should().Be("no-store");
    }

    [Test]
    public async Task AnyCall_UnknownPath_Is404() => (await CallAsync("/api/v1/no/such/thing")).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");

    [Test]
    public async Task Post_WithoutAKeyAndWithBrokenJson_Is401BecauseTheBodyIsNotRead()
    {
        using var anonymous = AdminClient.As(Gateway, "");

        (await anonymous.PostAsync(Path, "{")).Is(HttpStatusCode.Unauthorized);
    }

    [TestCase("nonsense")]
    [TestCase("dh_admin_0000000000000000000000000000000000000")]
    public async Task AnyCall_MalformedKey_Is401ApiKeyMalformed(string key) =>
        (await CallAsync(Path, ("X-API-Key", key))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_malformed");

    [Test]
    public async Task AnyCall_WellFormedUnknownKey_Is401ApiKeyInvalid() =>
        (await CallAsync(Path, ("X-API-Key", KeyFormat.Generate(KeyEnvironment.Admin, new byte[KeyFormat.EntropyLength]))))
        .Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_invalid");

    [Test]
    public async Task AnyCall_BearerAdminKey_IsLetIn()
    {
        (await CallAsync(Path, ("Authorization", $"Bearer {Admin.Secret}"))).Is(HttpStatusCode.OK);
        (await CallAsync(Path, ("Authorization", $"bearer {Admin.Secret}"))).Is(HttpStatusCode.OK);
        (await CallAsync(Path, ("X-API-Key", "nonsense"), ("Authorization", $"Bearer {Admin.Secret}"))).Is(HttpStatusCode.Unauthorized);
    }

    [TestCase("live")]
    [TestCase("test")]
    public async Task AnyCall_KeyForTraffic_Is403InsufficientPermission(string environment)
    {
        var key = await NewKeyAsync(environment: environment);

        (await CallAsync(Path, ("X-API-Key", key.Body["secret"]!.ToString()))).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
    }

    [Test]
    public async Task AnyCall_AdminKeyThatIsNoLongerGood_TellsWhy()
    {
        var consumer = await NewConsumerAsync("admin");
        var key = await NewKeyAsync(consumer, "admin");
        var secret = ("X-API-Key", key.Body["secret"]!.ToString());
        (await CallAsync(Path, secret)).Is(HttpStatusCode.OK);

        await Admin.PatchAsync($"/api/v1/keys/{key.Id}", new { allowedIps = new[] { "203.0.113.0/24" } });
        (await CallAsync(Path, secret)).Is(HttpStatusCode.Forbidden).Code.Should().Be("ip_not_allowed");
        await Admin.PostAsync($"/api/v1/consumers/{consumer}:suspend");
        (await CallAsync(Path, secret)).Is(HttpStatusCode.Forbidden).Code.Should().Be("consumer_suspended");
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:disable");
        (await CallAsync(Path, secret)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_disabled");
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:revoke");
        (await CallAsync(Path, secret)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_revoked");
        await Admin.DeleteAsync($"/api/v1/keys/{key.Id}");
        (await CallAsync(Path, secret)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_invalid");
    }

    [Test]
    public async Task AnyCall_DigestPresentedAsAKey_IsOfNoUse()
    {
        var digest = await Database.QueryScalarAsync<string>("SELECT encode(digest, 'hex') FROM access.api_key_secrets LIMIT 1");

        (await CallAsync(Path, ("X-API-Key", digest))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_malformed");
        (await CallAsync(Path, ("X-API-Key", "dh_admin_" + digest))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_malformed");
    }

    [Test]
    public async Task LastUsedAt_AfterACall_IsWrittenInTheBackground()
    {
        var key = await NewKeyAsync(await NewConsumerAsync("admin"), "admin");
        await CallAsync(Path, ("X-API-Key", key.Body["secret"]!.ToString()));

        await TestKit.Waiting.Eventually.TrueAsync(
            async () => (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).Data["lastUsedAt"] is not null, "lastUsedAt is written");
        (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).ETag.Should().Be(key.ETag, "a use is no change");
    }

    private async Task<Answer> CallAsync(string path = Path, params (string Name, string Value)[] headers)
    {
        using var anonymous = AdminClient.As(Gateway, "");
        anonymous.Http.DefaultRequestHeaders.Clear();
        return await anonymous.SendAsync(HttpMethod.Get, path, null, headers);
    }
}
