using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

public class RotateApiKeyTests : AccessFixture
{
    [Test]
    public async Task Rotate_ActiveKey_ShowsTheNewSecretOnceAndKeepsTheRest()
    {
        var key = await NewKeyAsync(scopes: ["a:read"]);

        var rotated = (await Admin.PostAsync(Path(key.Id), new { graceSeconds = 600, reason = "scheduled" })).Is(HttpStatusCode.OK);

        rotated.Id.Should().Be(key.Id);
        rotated.Headers["Cache-Control"].Should().Contain("no-store");
        var secret = (string)rotated.Body["secret"]!;
        secret.Should().StartWith("dh_live_").And.NotBe((string)key.Body["secret"]!);
        rotated.Data["last4"]!.ToString().Should().Be(secret[^4..]);
        rotated.Data["scopes"]!.ToJsonString().Should().Be("""["a:read"]""");
        var secrets = rotated.Data["secrets"]!.AsArray();
        secrets.Select(s => (int)s!["version"]!).Should().Equal(1, 2);
        secrets[1]!["expiresAt"].Should().BeNull();
        DateTimeOffset.Parse((string)secrets[0]!["expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture).Should()
            .BeCloseTo(DateTimeOffset.Parse((string)secrets[0]!["replacedAt"]!, System.Globalization.CultureInfo.InvariantCulture).AddSeconds(600), TimeSpan.FromMilliseconds(2));
        var shown = (await Admin.GetAsync(Key(key.Id))).Is(HttpStatusCode.OK);
        shown.Body.ToJsonString().Should().NotContain(secret);
        shown.ETag.Should().Be(rotated.ETag).And.Be("\"2\"");
    }

    [Test]
    public async Task Rotate_WithoutBody_GivesADay()
    {
        var key = await NewKeyAsync();

        var rotated = (await Admin.PostAsync(Path(key.Id))).Is(HttpStatusCode.OK);

        var first = rotated.Data["secrets"]![0]!;
        (DateTimeOffset.Parse((string)first["expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture)
            - DateTimeOffset.Parse((string)first["replacedAt"]!, System.Globalization.CultureInfo.InvariantCulture)).Should().BeCloseTo(TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(2));
    }

    [Test]
    public async Task Rotate_DryRun_IssuesNothing()
    {
        var key = await NewKeyAsync();

        var tried = (await Admin.PostAsync(Path(key.Id) + "?dryRun=true", new { graceSeconds = 0 })).Is(HttpStatusCode.OK);

        tried.Body["secret"].Should().BeNull();
        (await Admin.GetAsync(Key(key.Id))).Data["secrets"]!.AsArray().Should().ContainSingle();
        (await EventsAsync("key.rotated", key.Id)).Should().Be(0);
    }

    [TestCase("""{"graceSeconds":-1}""", 400)]
    [TestCase("""{"graceSeconds":2592001}""", 400)]
    [TestCase("""{"grace":1}""", 400)]
    [TestCase("""{"graceSeconds":"x"}""", 400)]
    public async Task Rotate_BadBody_Is400(string body, int status)
    {
        var key = await NewKeyAsync();

        ((int)(await Admin.PostAsync(Path(key.Id), body)).Status).Should().Be(status);

        (await Admin.GetAsync(Key(key.Id))).Data["secrets"]!.AsArray().Should().ContainSingle();
    }

    [Test]
    public async Task Rotate_RevokedUnknownOrStale_IsRefused()
    {
        var key = await NewKeyAsync();
        (await Admin.PostAsync(Path(key.Id), new { graceSeconds = 0 }, ("If-Match", "\"7\""))).Is(HttpStatusCode.PreconditionFailed).Code.Should().Be("etag_mismatch");
        await Admin.PostAsync(Key(key.Id) + ":revoke");

        (await Admin.PostAsync(Path(key.Id), new { graceSeconds = 0 })).Is(HttpStatusCode.Conflict).Code.Should().Be("already_revoked");
        (await Admin.PostAsync(Path("key_00000000000000000000000000"), new { graceSeconds = 0 })).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Rotate_WhileAnotherThatCameLaterIsDone_IsRefusedAndTheNextOneIsNot()
    {
        var key = await NewKeyAsync();
        var quicker = new TaskCompletionSource();
        using var content = new HeldContent("""{"graceSeconds":3600}""", quicker.Task);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(key.Id)) { Content = content, Headers = { { "X-API-Key", Admin.Secret } } };
        request.Headers.ExpectContinue = true; // The body is asked for once the gateway has begun.

        var slower = Gateway.Client.SendAsync(request);
        await content.Begun;
        (await Admin.PostAsync(Path(key.Id), new { graceSeconds = 3600 })).Is(HttpStatusCode.OK);
        quicker.SetResult();

        using var answer = await slower;
        answer.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed, await answer.Content.ReadAsStringAsync());
        (await Admin.PostAsync(Path(key.Id), new { graceSeconds = 3600 })).Is(HttpStatusCode.OK);
    }

    // A secret that is handed out must be one that the store has kept.
    [Test]
    public async Task Rotate_ManyAtOnce_EverySecretThatWasShownExistsAndTheOthersAreRefused()
    {
        var key = await NewKeyAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Admin.PostAsync(Path(key.Id), new { graceSeconds = 3600 })));

        answers.Should().OnlyContain(a => a.Status == HttpStatusCode.OK || a.Status == HttpStatusCode.PreconditionFailed || a.Status == HttpStatusCode.Conflict);
        var won = answers.Where(a => a.Status == HttpStatusCode.OK).ToList();
        won.Should().NotBeEmpty();
        var secrets = (await Admin.GetAsync(Key(key.Id))).Data["secrets"]!.AsArray();
        secrets.Should().HaveCount(won.Count + 1);
        won.Select(a => ((string)a.Body["secret"]!)[^4..]).Should().BeSubsetOf(secrets.Select(s => (string)s!["last4"]!));
        answers.Where(a => a.Status != HttpStatusCode.OK).Should().OnlyContain(a => a.Code == "etag_mismatch" || a.Code == "conflict");
    }

    [Test]
    public async Task EveryCommand_OfAKey_StoresItsEventInTheSameTransaction()
    {
        var key = await NewKeyAsync();
        await Admin.PostAsync(Path(key.Id), new { graceSeconds = 0, reason = "left the company" });
        await Admin.PostAsync(Key(key.Id) + ":revoke", new { reason = "leaked" });

        (await EventsAsync("key.created", key.Id)).Should().Be(1);
        (await EventsAsync("key.rotated", key.Id)).Should().Be(1);
        (await EventsAsync("key.revoked", key.Id)).Should().Be(1);
        var payload = System.Text.Json.Nodes.JsonNode.Parse(await Database.QueryScalarAsync<string>(
            $"SELECT convert_from(payload, 'UTF8') FROM webhooks.events WHERE type = 'key.rotated' AND convert_from(payload, 'UTF8') LIKE '%{key.Id}%'"))!;
        ((string)payload["type"]!).Should().Be("key.rotated");
        ((string)payload["timestamp"]!).Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        ((string)payload["data"]!["reason"]!).Should().Be("left the company");
        payload.ToJsonString().Should().NotContain((string)key.Body["secret"]!);
    }

    [Test]
    public async Task Put_RotationAndApiPermissions_AreKeptAndPatched()
    {
        var api = (await Admin.PostAsync("/api/v1/apis", new { name = NewName("api"), slug = "rotation-" + NewName("s").Split(' ')[1] })).Is(HttpStatusCode.Created).Id;
        var key = await NewKeyAsync();

        var changed = (await Admin.PatchAsync(Key(key.Id), new
        {
            rotation = new { everyDays = 90 }, apiPermissions = new[] { new { apiId = api, scopes = new[] { "orders:*", "*:read" } } },
        })).Is(HttpStatusCode.OK);

        changed.Data["rotation"]!.ToJsonString().Should().Be("""{"everyDays":90,"graceSeconds":604800,"enforced":false}""");
        changed.Data["apiPermissions"]!.ToJsonString().Should().Be($$"""[{"apiId":"{{api}}","scopes":["orders:*","*:read"]}]""");
        (await Admin.PatchAsync(Key(key.Id), new { name = "renamed" })).Is(HttpStatusCode.OK).Data["apiPermissions"]!.AsArray().Should().ContainSingle();
        (await Admin.PatchAsync(Key(key.Id), """{"rotation":null}""")).Is(HttpStatusCode.OK).Data["rotation"].Should().BeNull();
        (await Admin.PatchAsync(Key(key.Id), new { rotation = new { everyDays = 0 } })).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/rotation");
        (await Admin.PatchAsync(Key(key.Id), new { apiPermissions = new[] { new { apiId = "api_00000000000000000000000000", scopes = new[] { "a:b" } } } }))
            .Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/apiPermissions/0/apiId");
        (await Admin.PatchAsync(Key(key.Id), new { apiPermissions = new[] { new { apiId = api, scopes = new[] { "no scope" } } } }))
            .Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/apiPermissions/0/scopes/0");
    }

    [Test]
    public async Task Get_KeysByHealth_ListsThoseAndShowsIt()
    {
        var consumer = await NewConsumerAsync();
        var soon = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumer, expiresAt = TimeProvider.System.GetUtcNow().AddDays(3).ToString("O") })).Id;
        var fine = (await NewKeyAsync(consumer)).Id;

        var listed = (await Admin.GetAsync($"/api/v1/keys?consumer={consumer}&health=expires-soon")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        listed.Select(k => (string)k!["id"]!).Should().Equal(soon).And.NotContain(fine);
        listed[0]!["health"]!.AsArray().Select(h => (string)h!["code"]!).Should().Equal("expires-soon", "never-used");
        (await Admin.GetAsync($"/api/v1/keys?consumer={consumer}&health=never-used")).Body["data"]!.AsArray().Should().HaveCount(2);
        (await Admin.GetAsync("/api/v1/keys?health=fine")).Is(HttpStatusCode.BadRequest).Code.Should().Be("invalid_query");
    }

    private Task<long> EventsAsync(string type, string keyId) => Database.QueryScalarAsync<long>(
        $"SELECT count(*) FROM webhooks.events WHERE type = '{type}' AND convert_from(payload, 'UTF8') LIKE '%{keyId}%'");

    private static string Key(string id) => $"/api/v1/keys/{id}";

    private static string Path(string id) => $"/api/v1/keys/{id}:rotate";

    private sealed class HeldContent : HttpContent
    {
        private readonly TaskCompletionSource _begun = new();
        private readonly byte[] _body;
        private readonly Task _release;

        public HeldContent(string json, Task release)
        {
            (_body, _release) = (System.Text.Encoding.UTF8.GetBytes(json), release);
            Headers.ContentType = new("application/json");
            Headers.ContentLength = _body.Length;
        }

        public Task Begun => _begun.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _begun.SetResult();
            await _release;
            await stream.WriteAsync(_body);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
