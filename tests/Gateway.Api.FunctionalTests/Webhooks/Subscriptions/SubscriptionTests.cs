using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

public class SubscriptionTests : WebhooksFixture
{
    [Test]
    public async Task Create_Valid_ShowsTheSecretOnceAndNeverAgain()
    {
        var made = await NewSubscriptionAsync("order.created", "invoice.*");

        var secret = (string)made.Body["secret"]!;
        secret.Should().StartWith("whsec_");
        Convert.FromBase64String(secret["whsec_".Length..]).Should().HaveCount(32);
        made.Headers["Location"].Should().Be($"{Subscriptions}/{made.Id}");
        made.Headers["Cache-Control"].Should().Contain("no-store");
        var read = (await Admin.GetAsync($"{Subscriptions}/{made.Id}")).Is(HttpStatusCode.OK);
        read.Body.ToJsonString().Should().NotContain(secret[10..]);
        ((bool)read.Data["enabled"]!).Should().BeTrue();
        ((bool)read.Data["verified"]!).Should().BeFalse();
        read.Data["secrets"]!.AsArray().Should().ContainSingle();
        (await Database.QueryScalarAsync<string>($"SELECT secrets::text || coalesce(encode(confidential, 'escape'), '') FROM webhooks.subscriptions WHERE definition ->> 'url' IS NOT NULL LIMIT 1"))
            .Should().NotContain(secret["whsec_".Length..]);
    }

    [TestCase("""{"url":"http://partner.example","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"https://user@partner.example","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"https://@partner.example/","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"https://partner.example/#x","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"/hooks","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"ftp://partner.example","eventTypes":["*"]}""", "/url")]
    [TestCase("""{"url":"https://partner.example","eventTypes":[]}""", "/eventTypes")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["Order.Created"]}""", "/eventTypes/0")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["order.*.x"]}""", "/eventTypes/0")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"timeoutSeconds":31}""", "/timeoutSeconds")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"maxConcurrency":0}""", "/maxConcurrency")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"ratePerSecond":0}""", "/ratePerSecond")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"retry":{"retryCount":21}}""", "/retry/retryCount")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"retry":{"scheduleSeconds":[]}}""", "/retry/scheduleSeconds")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"retry":{"baseSeconds":5}}""", "/retry/baseSeconds")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"filter":{"a":{"$regex":"x"}}}""", "/filter/a/$regex")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"filter":{"a":[1,2]}}""", "/filter/a")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"mapping":{"template":"{{a"}}""", "/mapping/template")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"payload":"thin","mapping":{"pick":["a"]}}""", "/mapping")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"headers":{"Host":"x"}}""", "/headers/Host")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"headers":{"webhook-id":"x"}}""", "/headers/webhook-id")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"headers":{"X-A":"x\r\nInjected: y"}}""", "/headers/X-A")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"headers":{"X-A":null}}""", "/headers/X-A")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"authentication":{"kind":"basic","user":"u"}}""", "/authentication/secret")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"authentication":{"kind":"client-credentials","clientId":"c","secret":"s"}}""", "/authentication/tokenUrl")]
    [TestCase("""{"url":"https://partner.example","eventTypes":["*"],"keyId":"key_00000000000000000000000000"}""", "/keyId")]
    public async Task Create_WrongField_Is400ThatNamesIt(string body, string pointer) =>
        (await Admin.PostAsync(Subscriptions, body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain(pointer);

    [Test]
    public async Task Create_DryRun_KeepsNothingAndShowsNoSecret()
    {
        var before = await Database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.subscriptions");

        var tried = (await Admin.PostAsync(Subscriptions + "?dryRun=true", Body("*"))).Is(HttpStatusCode.OK);

        tried.Body["secret"].Should().BeNull();
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.subscriptions")).Should().Be(before);
    }

    [Test]
    public async Task Patch_Url_KeepsTheRestAndHasToProveItselfAnew()
    {
        var made = await NewSubscriptionAsync(new { url = "https://partner.example/a", eventTypes = new[] { "order.*" }, headers = new Dictionary<string, string> { ["X-Tenant"] = "eleven" }, filter = new { total = new Dictionary<string, int> { ["$gt"] = 5 } } });
        (await Admin.PostAsync($"{Subscriptions}/{made.Id}:test")).Is(HttpStatusCode.OK);

        var patched = (await Admin.PatchAsync($"{Subscriptions}/{made.Id}", new { url = "https://partner.example/b" })).Is(HttpStatusCode.OK);

        ((string)patched.Data["url"]!).Should().Be("https://partner.example/b");
        ((bool)patched.Data["verified"]!).Should().BeFalse();
        patched.Data["filter"]!.ToJsonString().Should().Be("""{"total":{"$gt":5}}""");
        var target = await Directory.FindAsync(IdOf(made.Id), CancellationToken.None);
        target!.Headers.Should().ContainSingle().Which.Value.Value.Should().Be("eleven");
        target.Url.AbsolutePath.Should().Be("/b");
    }

    [Test]
    public async Task Patch_UrlOfAnotherHost_AsksForItsSecretsAgain()
    {
        var made = await NewSubscriptionAsync(new { url = "https://partner.example/a", eventTypes = new[] { "*" }, headers = new Dictionary<string, string> { ["X-Tenant"] = "eleven" }, authentication = new { kind = "bearer", secret = "t0ken" } });
        var trail = (await Admin.GetAsync($"/api/v1/audit?resource={made.Id}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle().Subject!.ToJsonString();
        trail.Should().NotContain("sealed").And.NotContain("t0ken").And.NotContain("eleven").And.NotContain(((string)made.Body["secret"]!)["whsec_".Length..]);
        var stored = await Database.QueryScalarAsync<byte[]>($"SELECT confidential FROM webhooks.subscriptions WHERE id = '{IdOf(made.Id).Value}'");
        System.Text.Encoding.Latin1.GetString(stored).Should().NotContain("t0ken").And.NotContain("eleven");

        var refused = (await Admin.PatchAsync($"{Subscriptions}/{made.Id}", new { url = "https://thief.example/a" })).Is(HttpStatusCode.BadRequest);

        refused.Pointers.Should().BeEquivalentTo("/headers/X-Tenant", "/authentication/secret");
        made.Body.ToJsonString().Should().NotContain("t0ken").And.NotContain("eleven");
    }

    [Test]
    public async Task Update_IfMatchOfAnOldVersion_Is412()
    {
        var made = await NewSubscriptionAsync("a");
        (await Admin.PutAsync($"{Subscriptions}/{made.Id}", Body("b"), ("If-Match", made.ETag))).Is(HttpStatusCode.OK);

        (await Admin.PutAsync($"{Subscriptions}/{made.Id}", Body("c"), ("If-Match", made.ETag))).Is(HttpStatusCode.PreconditionFailed).Code.Should().Be("etag_mismatch");
        (await Admin.DeleteAsync($"{Subscriptions}/{made.Id}", ("If-Match", made.ETag))).Is(HttpStatusCode.PreconditionFailed);
    }

    [Test]
    public async Task DisableEnableDelete_AreAuditedAndFollowed()
    {
        var made = await NewSubscriptionAsync("state.changed");
        var stored = NewEvent("state.changed");

        var off = (await Admin.PostAsync($"{Subscriptions}/{made.Id}:disable")).Is(HttpStatusCode.OK);
        ((string)off.Data["disabledReason"]!).Should().Be("manual");
        (await Directory.FindAsync(IdOf(made.Id), CancellationToken.None))!.Enabled.Should().BeFalse();
        (await GetsAsync(made.Id, stored)).Should().BeTrue("what comes for a disabled one is held, not lost");

        ((bool)(await Admin.PostAsync($"{Subscriptions}/{made.Id}:enable")).Is(HttpStatusCode.OK).Data["enabled"]!).Should().BeTrue();
        (await Directory.FindAsync(IdOf(made.Id), CancellationToken.None))!.Enabled.Should().BeTrue();

        (await Admin.DeleteAsync($"{Subscriptions}/{made.Id}")).Is(HttpStatusCode.NoContent);
        (await Directory.FindAsync(IdOf(made.Id), CancellationToken.None)).Should().BeNull();
        (await GetsAsync(made.Id, stored)).Should().BeFalse();
        var trail = (await Admin.GetAsync($"/api/v1/audit?resource={made.Id}")).Body["data"]!.AsArray().Select(r => (string)r!["action"]!);
        trail.Should().Equal("subscription.delete", "subscription.enable", "subscription.disable", "subscription.create");
    }

    [Test]
    public async Task List_Filters_Narrow()
    {
        var made = await NewSubscriptionAsync("listed.*");
        await Admin.PostAsync($"{Subscriptions}/{made.Id}:disable");

        async Task<bool> ShowsAsync(string query) => (await Admin.GetAsync($"{Subscriptions}?limit=200&{query}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Any(s => (string)s!["id"]! == made.Id);

        (await ShowsAsync("enabled=false")).Should().BeTrue();
        (await ShowsAsync("enabled=true")).Should().BeFalse();
        (await ShowsAsync("eventType=listed.here")).Should().BeTrue();
        (await ShowsAsync("eventType=elsewhere.here")).Should().BeFalse();
        (await ShowsAsync("verified=true")).Should().BeFalse();
        (await Admin.GetAsync($"{Subscriptions}?enabled=perhaps")).Is(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Create_SameIdempotencyKey_MakesOne()
    {
        var key = ("Idempotency-Key", NewName("idem"));
        var first = await Admin.PostAsync(Subscriptions, Body("x"), key);
        var second = await Admin.PostAsync(Subscriptions, Body("x"), key);

        second.Id.Should().Be(first.Id);
        ((string)second.Body["secret"]!).Should().Be((string)first.Body["secret"]!);
    }
}
