using System.Net;
using System.Security.Cryptography;
using System.Text;
using DataHub.Domain.Access.ApiKeys;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

/// <summary>Verifying, looking up and reporting secrets.</summary>
public class KeyInspectionTests : AccessFixture
{
    [Test]
    public async Task Verify_GoodSecret_TellsWhatItMay()
    {
        var key = await NewKeyAsync(scopes: ["orders:*"]);

        var good = await VerifyAsync(new { secret = Secret(key), scopes = new[] { "orders:read" } });

        good.Data["valid"]!.GetValue<bool>().Should().BeTrue();
        good.Data["code"].Should().BeNull();
        ((string)good.Data["key"]!["id"]!).Should().Be(key.Id);
        ((string)good.Data["consumer"]!["id"]!).Should().Be((string)key.Data["consumerId"]!);
        good.Data["scopes"]!.ToJsonString().Should().Be("""["orders:*"]""");
        good.Data["remaining"].Should().BeNull("nothing was charged");
        good.Body.ToJsonString().Should().NotContain(Secret(key));
    }

    // Never an error for a secret that is not good: whoever asks is not the one who presented it.
    [Test]
    public async Task Verify_SecretThatIsNotGood_IsAResultWithTheCode()
    {
        var disabled = await NewKeyAsync();
        await Admin.PostAsync($"/api/v1/keys/{disabled.Id}:disable");
        var revoked = await NewKeyAsync();
        await Admin.PostAsync($"/api/v1/keys/{revoked.Id}:revoke");
        var replaced = await NewKeyAsync();
        await Admin.PostAsync($"/api/v1/keys/{replaced.Id}:rotate", new { graceSeconds = 0 });

        (await CodeAsync(new { secret = "nonsense" })).Should().Be("api_key_malformed");
        (await CodeAsync(new { secret = WellFormedUnknown() })).Should().Be("api_key_invalid");
        (await CodeAsync(new { secret = Secret(disabled) })).Should().Be("api_key_disabled");
        (await CodeAsync(new { secret = Secret(revoked) })).Should().Be("api_key_revoked");
        (await CodeAsync(new { secret = Secret(replaced) })).Should().Be("api_key_expired");
        (await CodeAsync(new { secret = Admin.Secret })).Should().Be("api_key_invalid");
    }

    [Test]
    public async Task Verify_ScopesAddressAndRoute_AreDecidedAsByTheProxy()
    {
        var api = (await Admin.PostAsync("/api/v1/apis", new { name = "verified", slug = "verified" })).Is(HttpStatusCode.Created).Id;
        var upstream = (await Admin.PostAsync("/api/v1/upstreams", new { name = "verified", destinations = new[] { new { name = "d", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id;
        var route = (await Admin.PostAsync("/api/v1/routes", new { apiId = api, upstreamId = upstream, name = "r", path = "/x", requiredScopes = new[] { "orders:write" } })).Is(HttpStatusCode.Created).Id;
        var key = await NewKeyAsync(scopes: ["orders:read"]);

        var lacking = await VerifyAsync(new { secret = Secret(key), routeId = route, scopes = new[] { "orders:read", "users:read" } });
        ((string)lacking.Data["code"]!).Should().Be("insufficient_scope");
        lacking.Data["missingScopes"]!.ToJsonString().Should().Be("""["orders:write","users:read"]""");
        (await CodeAsync(new { secret = Secret(key), scopes = new[] { "orders:read", "users:read" }, scopeMatch = "any" })).Should().BeNull();
        await Admin.PatchAsync($"/api/v1/keys/{key.Id}", new { apiPermissions = new[] { new { apiId = api, scopes = new[] { "orders:write" } } }, allowedIps = new[] { "10.0.0.0/8" } });
        (await CodeAsync(new { secret = Secret(key), routeId = route })).Should().BeNull("networks are left out unless an address is told");
        (await CodeAsync(new { secret = Secret(key), routeId = route, clientIp = "192.0.2.1" })).Should().Be("ip_not_allowed");
        (await CodeAsync(new { secret = Secret(key), routeId = route, clientIp = "10.1.2.3" })).Should().BeNull();
        (await Admin.PostAsync("/api/v1/keys:verify", new { secret = Secret(key), routeId = "rte_00000000000000000000000000" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/routeId");
    }

    [Test]
    public async Task Verify_WithCost_ChargesTheLimitsOfTheKey()
    {
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = NewName("tier"), limits = new[] { new { name = "hour", limit = 10, windowSeconds = 3600 } } })).Is(HttpStatusCode.Created).Id;
        var key = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = await NewConsumerAsync(), tierId = tier })).Is(HttpStatusCode.Created);

        (await VerifyAsync(new { secret = Secret(key), cost = 1 })).Data["remaining"]![0]!["remaining"]!.GetValue<long>().Should().Be(9);
        (await VerifyAsync(new { secret = Secret(key), cost = 7 })).Data["remaining"]![0]!["remaining"]!.GetValue<long>().Should().Be(2);
        (await CodeAsync(new { secret = Secret(key), cost = 3 })).Should().Be("rate_limit_exceeded");
        (await VerifyAsync(new { secret = Secret(key), cost = 2 })).Data["valid"]!.GetValue<bool>().Should().BeTrue("what was refused was not charged");
        (await Admin.PostAsync("/api/v1/keys:verify", new { secret = Secret(key), cost = 11 })).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/cost");
    }

    [Test]
    public async Task Verify_DryRunWithCost_ChargesNothing()
    {
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = NewName("tier"), limits = new[] { new { name = "hour", limit = 10, windowSeconds = 3600 } } })).Is(HttpStatusCode.Created).Id;
        var key = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = await NewConsumerAsync(), tierId = tier })).Is(HttpStatusCode.Created);

        (await Admin.PostAsync("/api/v1/keys:verify?dryRun=true", new { secret = Secret(key), cost = 7 })).Is(HttpStatusCode.OK).Data["valid"]!.GetValue<bool>().Should().BeTrue();

        (await VerifyAsync(new { secret = Secret(key), cost = 1 })).Data["remaining"]![0]!["remaining"]!.GetValue<long>().Should().Be(9);
    }

    [Test]
    public async Task LookUp_SecretOrItsStart_TellsWhoseItIs()
    {
        var key = await NewKeyAsync();
        var old = Secret(key);
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 0 });

        var whole = (await Admin.PostAsync("/api/v1/keys:lookup", new { secret = $" {old}\n" })).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Single()!;
        ((string)whole["key"]!["id"]!).Should().Be(key.Id);
        whole["secretVersion"]!.GetValue<int>().Should().Be(1);
        whole["secretAccepted"]!.GetValue<bool>().Should().BeFalse();
        ((string)whole["consumer"]!["id"]!).Should().Be((string)key.Data["consumerId"]!);
        var part = (await Admin.PostAsync("/api/v1/keys:lookup", new { secret = old[..14] })).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        part.Select(f => (string)f!["key"]!["id"]!).Should().Contain(key.Id);
        (await Admin.PostAsync("/api/v1/keys:lookup", new { secret = "something else" })).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().BeEmpty();
        (await Admin.PostAsync("/api/v1/keys:lookup", new { secret = WellFormedUnknown() })).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().BeEmpty();
    }

    [Test]
    public async Task Leaked_AReportOfAScanner_RevokesWhatIsRealAndSaysSo()
    {
        var key = await NewKeyAsync();
        var unknown = WellFormedUnknown();

        var answer = (await Admin.PostAsync("/api/v1/keys:leaked", new object[]
        {
            new { token = Secret(key), type = "datahub_api_key", url = "https://example.com/commit/1", source = "commit", line = 7 },
            new { token = unknown, type = "datahub_api_key", url = "https://example.com/commit/2", source = "commit" },
            new { token = "word" },
        })).Is(HttpStatusCode.OK);

        var verdicts = answer.Body["data"]!.AsArray();
        verdicts.Select(v => (string)v!["label"]!).Should().Equal("true_positive", "false_positive", "false_positive");
        ((string)verdicts[0]!["action"]!).Should().Be("revoked");
        ((string)verdicts[0]!["tokenHash"]!).Should().Be(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Secret(key)))));
        answer.Body.ToJsonString().Should().NotContain(Secret(key));
        (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).Data["revokedReason"]!.ToString().Should().Be("leaked");
        (await EventsAsync("key.leaked", key.Id)).Should().Be(1);
        (await EventsAsync("key.revoked", key.Id)).Should().Be(1);
        var again = await Admin.PostAsync("/api/v1/keys:leaked", new object[] { new { token = Secret(key) } });
        ((string)again.Body["data"]![0]!["action"]!).Should().Be("none");
    }

    [Test]
    public async Task Leaked_SecretThatWasCutOff_IsReportedAndTheKeyStays()
    {
        var key = await NewKeyAsync();
        var rotated = (await Admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 0 })).Is(HttpStatusCode.OK);

        var verdict = (await Admin.PostAsync("/api/v1/keys:leaked", new object[] { new { token = Secret(key), source = "commit" } })).Is(HttpStatusCode.OK).Body["data"]![0]!;

        ((string)verdict["label"]!).Should().Be("true_positive");
        ((string)verdict["keyId"]!).Should().Be(key.Id);
        ((string)verdict["action"]!).Should().Be("none");
        ((string)verdict["detail"]!).Should().Contain("not accepted any more");
        (await CodeAsync(new { secret = Secret(rotated) })).Should().BeNull("nobody found the secret that is in use");
        (await EventsAsync("key.leaked", key.Id)).Should().Be(1);
        (await EventsAsync("key.revoked", key.Id)).Should().Be(0);
        var record = (await Admin.GetAsync($"/api/v1/audit?action=key.leaked&resource={key.Id}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)record["details"]!["action"]!).Should().Be("none");
    }

    [Test]
    public async Task Leaked_ReplacedSecretWithinItsGrace_RevokesTheKey()
    {
        var key = await NewKeyAsync();
        (await Admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 3600 })).Is(HttpStatusCode.OK);

        var answer = (await Admin.PostAsync("/api/v1/keys:leaked", new object[] { new { token = Secret(key) } })).Is(HttpStatusCode.OK);

        ((string)answer.Body["data"]![0]!["action"]!).Should().Be("revoked");
    }

    // The last admin key cannot be revoked, however it became known: somebody has to be told instead.
    [Test]
    public async Task Leaked_LastAdminKey_IsReportedAndStays()
    {
        var other = await NewKeyAsync();

        var answer = (await Admin.PostAsync("/api/v1/keys:leaked", new object[] { new { token = Admin.Secret }, new { token = Secret(other) } })).Is(HttpStatusCode.OK);

        answer.Body["data"]!.AsArray().Select(v => (string)v!["label"]!).Should().Equal("true_positive", "true_positive");
        answer.Body["data"]!.AsArray().Select(v => (string)v!["action"]!).Should().Equal("none", "revoked");
        (await Admin.GetAsync("/api/v1/keys?limit=1")).Is(HttpStatusCode.OK);
        (await EventsAsync("key.leaked", other.Id)).Should().Be(1);
    }

    private async Task<Answer> VerifyAsync(object body) => (await Admin.PostAsync("/api/v1/keys:verify", body)).Is(HttpStatusCode.OK);

    private async Task<string?> CodeAsync(object body)
    {
        var verified = await VerifyAsync(body);
        var code = (string?)verified.Data["code"];
        verified.Data["valid"]!.GetValue<bool>().Should().Be(code is null);
        return code;
    }

    private Task<long> EventsAsync(string type, string keyId) => Database.QueryScalarAsync<long>(
        $"SELECT count(*) FROM webhooks.events WHERE type = '{type}' AND convert_from(payload, 'UTF8') LIKE '%{keyId}%'");

    private static string Secret(Answer issued) => (string)issued.Body["secret"]!;

    private static string WellFormedUnknown() => KeyFormat.Generate(KeyEnvironment.Live, RandomNumberGenerator.GetBytes(KeyFormat.EntropyLength));
}

/// <summary>The limit of look-ups.</summary>
public class KeyInspectionLimitTests : AccessFixture
{
    protected override string[] Settings => ["KeyInspection:LookupsPerMinute=3", "KeyInspection:OnLeak=disable"];

    [Test]
    public async Task LookUp_TooOften_Is429WithRetryAfter()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add(await Admin.PostAsync("/api/v1/keys:lookup", new { secret = "x" }));
        }

        answers.Take(3).Should().OnlyContain(a => a.Status == HttpStatusCode.OK);
        answers[4].Is(HttpStatusCode.TooManyRequests).Code.Should().Be("rate_limit_exceeded");
        int.Parse(answers[4].Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 60);
    }

    [Test]
    public async Task Leaked_PolicyDisable_SwitchesTheKeyOff()
    {
        var key = await NewKeyAsync();

        var answer = (await Admin.PostAsync("/api/v1/keys:leaked", new object[] { new { token = (string)key.Body["secret"]! } })).Is(HttpStatusCode.OK);

        ((string)answer.Body["data"]![0]!["action"]!).Should().Be("disabled");
        (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).Data["status"]!.ToString().Should().Be("disabled");
    }
}
