using System.Text.Json.Nodes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

public class AuthenticationStageTests : ProxyTests
{
    protected override async Task ArrangeAsync()
    {
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "open", ["path"] = "/open/{**rest}", ["auth"] = new JsonObject { ["mode"] = "none" } });
        await Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "query", ["path"] = "/query/{**rest}", ["auth"] = new JsonObject { ["mode"] = "key", ["queryParameter"] = "api_key" } });
    }

    [Test]
    public async Task Get_WithoutKey_Is401MissingWithAChallenge()
    {
        var answer = await SendAsync("GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\n\r\n");

        answer.Status.Should().Be(401);
        answer.Header("WWW-Authenticate").Should().StartWith("Bearer realm=");
        CodeOf(answer.Body).Should().Be("api_key_missing");
        Upstream.Requests.Should().BeEmpty();
    }

    [TestCase("nonsense")]
    [TestCase("dh_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("dh_live_")]
    public async Task Get_KeyOfWrongForm_Is401Malformed(string key)
    {
        var answer = await WithKeyAsync(key);

        answer.Status.Should().Be(401);
        CodeOf(answer.Body).Should().Be("api_key_malformed");
    }

    [Test]
    public async Task Get_TwoKeys_Is401Malformed()
    {
        var answer = await SendAsync($"GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nX-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().Be(401);
        CodeOf(answer.Body).Should().Be("api_key_malformed");
    }

    [Test]
    public async Task Get_WellFormedUnknownKey_Is401Invalid()
    {
        var unknown = KeyFormat.Generate(KeyEnvironment.Live, new byte[KeyFormat.EntropyLength]);

        var answer = await WithKeyAsync(unknown);

        answer.Status.Should().Be(401);
        CodeOf(answer.Body).Should().Be("api_key_invalid");
    }

    [TestCase(":disable", 401, "api_key_disabled")]
    [TestCase(":revoke", 401, "api_key_revoked")]
    public async Task Get_KeySwitchedOff_IsRefusedAtOnceWithItsCode(string action, int status, string code)
    {
        var (id, secret) = await Scenario.IssueKeyAsync(ConsumerId, ["raw:*"]);
        (await WithKeyAsync(secret)).Status.Should().Be(200);

        (await Scenario.SendAsync(HttpMethod.Post, $"/keys/{id}{action}", new { reason = "test" })).IsSuccessStatusCode.Should().BeTrue();

        var answer = await WithKeyAsync(secret);
        answer.Status.Should().Be(status);
        CodeOf(answer.Body).Should().Be(code);
        var entry = (await Scenario.LogsAsync($"key={id}&status={status}", 1))[0]!;
        ((string)entry["problem"]!["code"]!).Should().Be(code);
    }

    [Test]
    public async Task Get_KeyDisabledThenEnabled_WorksAgain()
    {
        var (id, secret) = await Scenario.IssueKeyAsync(ConsumerId, ["raw:*"]);
        await Scenario.SendAsync(HttpMethod.Post, $"/keys/{id}:disable");
        (await WithKeyAsync(secret)).Status.Should().Be(401);

        await Scenario.SendAsync(HttpMethod.Post, $"/keys/{id}:enable");

        (await WithKeyAsync(secret)).Status.Should().Be(200);
    }

    [Test]
    public async Task Get_KeyForAnotherNetwork_Is403IpNotAllowed()
    {
        var (_, secret) = await Scenario.IssueKeyAsync(ConsumerId, ["raw:*"], more: new JsonObject { ["allowedIps"] = new JsonArray("203.0.113.0/24") });

        var answer = await WithKeyAsync(secret);

        answer.Status.Should().Be(403);
        CodeOf(answer.Body).Should().Be("ip_not_allowed");
    }

    [Test]
    public async Task Get_SuspendedConsumer_Is403()
    {
        var consumer = await Scenario.AddConsumerAsync("Suspended Ltd");
        var (_, secret) = await Scenario.IssueKeyAsync(consumer, ["raw:*"]);
        (await WithKeyAsync(secret)).Status.Should().Be(200);

        await Scenario.SendAsync(HttpMethod.Post, $"/consumers/{consumer}:suspend", new { reason = "unpaid" });

        var answer = await WithKeyAsync(secret);
        answer.Status.Should().Be(403);
        CodeOf(answer.Body).Should().Be("consumer_suspended");
    }

    [Test]
    public async Task Get_ExpiredKey_Is401Expired()
    {
        var (id, secret) = await Scenario.IssueKeyAsync(ConsumerId, ["raw:*"], more: new JsonObject { ["expiresAt"] = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 5000).ToString("O") });
        (await WithKeyAsync(secret)).Status.Should().Be(200);

        await Eventually.TrueAsync(async () => (await WithKeyAsync(secret)).Status == 401, $"key {id} expires");

        CodeOf((await WithKeyAsync(secret)).Body).Should().Be("api_key_expired");
    }

    [Test]
    public async Task Get_AdminKeyOnARoute_IsRefused()
    {
        var answer = await WithKeyAsync(Scenario.AdminKey);

        answer.Status.Should().Be(401);
        CodeOf(answer.Body).Should().Be("api_key_invalid");
    }

    [Test]
    public async Task Get_RouteWithoutAuthentication_NeedsNoKeyAndStillRemovesOne()
    {
        (await SendAsync("GET /gateway/raw/open/x HTTP/1.1\r\nHost: h\r\n\r\n")).Status.Should().Be(200);

        await SendAsync($"GET /gateway/raw/open/x HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n");
        Upstream.LastRequest.Should().NotContain(Key);
    }

    [Test]
    public async Task Get_KeyInQueryWhereTheRouteOptedIn_IsTakenOutOfQueryAndLog()
    {
        var answer = await SendAsync($"GET /gateway/raw/query/x?a=1&api_key={Key}&b=2 HTTP/1.1\r\nHost: h\r\n\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.RequestLineOfLast.Should().Contain("a=1").And.Contain("b=2").And.NotContain("dh_live_");
        var entry = (await Scenario.LogsAsync("pathPrefix=/gateway/raw/query", 1))[0]!;
        entry.ToJsonString().Should().NotContain(Key[12..]);
    }

    [Test]
    public async Task Get_KeyInQueryWhereTheRouteDidNot_Is401Missing()
    {
        var answer = await SendAsync($"GET /gateway/raw/a?api_key={Key} HTTP/1.1\r\nHost: h\r\n\r\n");

        answer.Status.Should().Be(401);
        CodeOf(answer.Body).Should().Be("api_key_missing");
    }

    [Test]
    public async Task Get_AnyRefusal_IsLoggedWithItsRequestId()
    {
        var answer = await WithKeyAsync("nonsense");

        var entry = (await Scenario.LogsAsync($"requestId={answer.Header("X-Request-Id")}", 1))[0]!;
        ((int)entry["status"]!).Should().Be(401);
        ((string)entry["outcome"]!).Should().Be("unauthenticated");
        ((long)entry["responseBytes"]!).Should().Be(answer.Body.Length);
    }

    private Task<TestKit.Wire.RawAnswer> WithKeyAsync(string key) =>
        SendAsync($"GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {key}\r\n\r\n");

    private static string CodeOf(string body) => (string)JsonNode.Parse(body)!["code"]!;

    // As callers send it who are moving from the one to the other.
    [TestCase("GET", "")]
    [TestCase("POST", "Content-Length: 2\r\n\r\nok")]
    public async Task Send_KeyInTheQueryAndInAHeader_IsRemovedFromBoth(string method, string rest)
    {
        var answer = await SendAsync($"{method} /gateway/raw/query/x?a=1&api_key={Key}&b=2 HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n{(rest.Length == 0 ? "\r\n" : rest)}");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.LastRequest.Should().NotContain(Key);
        Upstream.RequestLineOfLast.Should().Be($"{method} /query/x?a=1&b=2 HTTP/1.1");
    }
}
