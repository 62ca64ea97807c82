using System.Text.Json.Nodes;
using DataHub.TestKit.Scenarios;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Stages;

/// <summary>
/// A scope that is granted on one API counts on the routes of that API and on no other, whatever their paths look like: what <c>routes:match</c> names, what
/// <c>keys:verify</c> decides for it and what the proxy does are one.
/// </summary>
public class GrantAgreementTests : ProxyTests
{
    private readonly Dictionary<string, string> _apis = [];
    private readonly Dictionary<string, string> _keys = [];

    protected override async Task ArrangeAsync()
    {
        foreach (var slug in new[] { "shop", "stock" })
        {
            _apis[slug] = await Scenario.AddApiAsync(slug);
            await Scenario.AddRouteAsync(_apis[slug], UpstreamId, Route($"{slug}-all", "/{**rest}", ["items:read"]));
        }

        // An API amid the paths of another.
        _apis["guest"] = await Scenario.AddApiAsync("guest", "/gateway/shop/stock");
        await Scenario.AddRouteAsync(_apis["guest"], UpstreamId, Route("guest", "/{id}", ["items:read"]));
        await Scenario.AddRouteAsync(_apis["shop"], UpstreamId, Route("both", "/both", ["items:read", "items:write"]));
        await Scenario.AddRouteAsync(_apis["shop"], UpstreamId, Route("any", "/any", ["items:read", "items:write"], any: true));
        await Scenario.AddRouteAsync(_apis["shop"], UpstreamId, Route("free", "/free", []));
        await AddKeyAsync("none", []);
        await AddKeyAsync("everywhere", ["items:read"]);
        await AddKeyAsync("shop", [], ("shop", "items:read"));
        await AddKeyAsync("stock", [], ("stock", "items:read"));
        await AddKeyAsync("guest", [], ("guest", "items:read"));
        await AddKeyAsync("shop wildcard", [], ("shop", "items:*"));
        await AddKeyAsync("write everywhere, read on shop", ["items:write"], ("shop", "items:read"));
        await AddKeyAsync("other scope everywhere", ["orders:*"], ("stock", "*:read"));
    }

    [TestCase("/gateway/shop/1", "shop-all", "shop")]
    [TestCase("/gateway/stock/1", "stock-all", "stock")]
    [TestCase("/gateway/shop/stock/1", "guest", "guest")]
    [TestCase("/gateway/shop/stock/1/2", "shop-all", "shop")]
    [TestCase("/gateway/shop/both", "both", "shop")]
    [TestCase("/gateway/shop/any", "any", "shop")]
    [TestCase("/gateway/shop/free", "free", "shop")]
    public async Task Match_Verify_AndTheProxy_Agree(string path, string route, string api)
    {
        var match = (await PostAsync("/routes:match", new { url = path }))["data"]!;
        ((string)match["route"]!["name"]!).Should().Be(route);
        ((string)match["route"]!["apiSlug"]!).Should().Be(api);

        var verdicts = new Dictionary<string, bool>();
        foreach (var (name, secret) in _keys)
        {
            var verified = (await PostAsync("/keys:verify", new { secret, routeId = (string)match["route"]!["id"]! }))["data"]!;
            verdicts[name] = (bool)verified["valid"]!;
            var answer = await SendAsync($"GET {path} HTTP/1.1\r\nHost: h\r\nX-API-Key: {secret}\r\n\r\n");

            answer.Status.Should().Be(verdicts[name] ? 200 : 403, $"{name} on {path}: {verified.ToJsonString()}");
        }

        verdicts.Where(v => v.Value).Select(v => v.Key).Should().BeEquivalentTo(Expected(route));
    }

    private static string[] Expected(string route) => route switch
    {
        "shop-all" => ["everywhere", "shop", "shop wildcard", "write everywhere, read on shop"],
        "stock-all" => ["everywhere", "stock", "other scope everywhere"],
        "guest" => ["everywhere", "guest"],
        "both" => ["shop wildcard", "write everywhere, read on shop"],
        "any" => ["everywhere", "shop", "shop wildcard", "write everywhere, read on shop"],
        _ => ["none", "everywhere", "shop", "stock", "guest", "shop wildcard", "write everywhere, read on shop", "other scope everywhere"],
    };

    private static JsonObject Route(string name, string path, string[] scopes, bool any = false) => new()
    {
        ["name"] = name, ["path"] = path, ["requiredScopes"] = new JsonArray([.. scopes.Select(s => (JsonNode)s)]), ["scopeMatch"] = any ? "any" : "all",
    };

    private async Task AddKeyAsync(string name, string[] scopes, params (string Api, string Scope)[] grants)
    {
        var more = new JsonObject
        {
            ["apiPermissions"] = new JsonArray([.. grants.Select(g => (JsonNode)new JsonObject { ["apiId"] = _apis[g.Api], ["scopes"] = new JsonArray(g.Scope) })]),
        };
        _keys[name] = (await Scenario.IssueKeyAsync(ConsumerId, scopes, await Scenario.TierIdAsync("unlimited"), more)).Secret;
    }

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await Scenario.SendAsync(HttpMethod.Post, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue(text);
        return JsonNode.Parse(text)!;
    }
}
