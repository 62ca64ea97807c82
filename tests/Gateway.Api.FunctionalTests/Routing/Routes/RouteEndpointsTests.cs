using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Routing.Routes;

public class RouteEndpointsTests : RoutingFixture
{
    private string _upstream = "";

    [OneTimeSetUp]
    public async Task MakeUpstreamAsync() => _upstream = (await UpstreamAsync()).Id;

    [Test]
    public async Task Post_Everything_ReadsBackTheSame()
    {
        var api = await ApiAsync();
        var created = (await Admin.PostAsync("/api/v1/routes", new
        {
            apiId = api.Id,
            name = "full",
            upstreamId = _upstream,
            path = "/orders/{id:int}",
            order = -3,
            hosts = new[] { "API.example.com", "*.example.org" },
            methods = new[] { "get", "POST" },
            headers = new[] { new { name = "X-Region", values = new[] { "eu" }, mode = "prefix", caseSensitive = true } },
            query = new object[] { new { name = "v", mode = "exists" } },
            auth = new { mode = "key", queryParameter = "api_key" },
            requiredScopes = new[] { "orders:read" },
            scopeMatch = "any",
            pathRewrite = "/v2/{id}",
            timeoutSeconds = 2.5,
            metadata = new { team = "a" },
        })).Is(HttpStatusCode.Created);

        var read = await Admin.GetAsync("/api/v1/routes/" + created.Id);
        read.Data.ToJsonString().Should().Be(
            $$"""
            {"id":"{{created.Id}}","apiId":"{{api.Id}}","upstreamId":"{{_upstream}}","name":"full","enabled":true,"order":-3,"hosts":["api.example.com","*.example.org"],"path":"/orders/{id:int}","methods":["GET","POST"],"headers":[{"name":"X-Region","values":["eu"],"mode":"prefix","caseSensitive":true}],"query":[{"name":"v","values":null,"mode":"exists","caseSensitive":false}],"auth":{"mode":"key","queryParameter":"api_key","issuers":null,"claims":null,"forwardToken":false,"allTenants":false},"requiredScopes":["orders:read"],"scopeMatch":"any","tierId":null,"stripPrefix":null,"pathRewrite":"/v2/{id}","timeoutSeconds":2.5,"metadata":{"team":"a"},"createdAt":{{read.Data["createdAt"]!.ToJsonString()}},"updatedAt":{{read.Data["updatedAt"]!.ToJsonString()}},"version":1}
            """);
    }

    [Test]
    public async Task Post_Mistakes_AreAllListed()
    {
        var api = await ApiAsync();

        var answer = await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "r", upstreamId = "ups_x", path = "/a/../b", methods = new[] { "TRACE" }, tierId = "gold" });

        answer.Is(HttpStatusCode.BadRequest).Code.Should().Be("validation_failed");
        answer.Pointers.Should().BeEquivalentTo("/upstreamId", "/tierId", "/path", "/methods/0");
    }

    [Test]
    public async Task Post_ReferencesToNothing_PointAtTheFields()
    {
        var api = await ApiAsync();

        var answer = await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "r", upstreamId = "ups_00000000000000000000000000", tierId = "tier_00000000000000000000000000" });

        answer.Is(HttpStatusCode.BadRequest).Pointers.Should().BeEquivalentTo("/upstreamId", "/tierId");
    }

    [Test]
    public async Task Post_ToNoApi_Is404() =>
        (await Admin.PostAsync("/api/v1/apis/api_00000000000000000000000000/routes", new { name = "r", upstreamId = _upstream })).Is(HttpStatusCode.NotFound);

    [Test]
    public async Task Post_ReservedPath_IsRefused()
    {
        var api = (await Admin.PostAsync("/api/v1/apis", new { name = "Root", slug = Name("root"), basePath = "/" })).Is(HttpStatusCode.Created);

        var answer = await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "r", upstreamId = _upstream, path = "/api/{**rest}" });

        answer.Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/path");
    }

    [Test]
    public async Task Post_Duplicate_IsAConflictThatNamesTheOther()
    {
        var api = await ApiAsync();
        var first = await RouteAsync(api.Id, _upstream, "/dup/{id}");

        var answer = (await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "second", upstreamId = _upstream, path = "/DUP/{key}" })).Is(HttpStatusCode.Conflict);

        answer.Code.Should().Be("route_conflict");
        answer.Pointers.Should().Equal("/path");
        ((string)answer.Body["detail"]!).Should().Contain((string)first.Data["name"]!).And.Contain("duplicate");
    }

    [Test]
    public async Task Post_ThatWouldShadowAnother_IsAConflictThatSaysWhy()
    {
        var api = await ApiAsync();
        var shadowed = await RouteAsync(api.Id, _upstream, "/shadow/{id}");

        var answer = (await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "wide", upstreamId = _upstream, order = -1 })).Is(HttpStatusCode.Conflict);

        ((string)answer.Body["detail"]!).Should().Contain((string)shadowed.Data["name"]!).And.Contain("order -1 is lower than 0");
        (await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "wide", upstreamId = _upstream, order = -1, enabled = false })).Is(HttpStatusCode.Created);
    }

    [Test]
    public async Task Post_TwoAtOnceThatConflict_OneIsRefused()
    {
        var api = await ApiAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "race-" + i, upstreamId = _upstream, path = "/race" })));

        answers.Count(a => a.Status == HttpStatusCode.Created).Should().Be(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).Should().OnlyContain(a => a.Code == "route_conflict");
    }

    [Test]
    public async Task Put_OtherApi_IsRefused()
    {
        var route = await RouteAsync((await ApiAsync()).Id, _upstream);

        (await Admin.PutAsync("/api/v1/routes/" + route.Id, new { name = "r", upstreamId = _upstream, apiId = (await ApiAsync()).Id })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/apiId");
    }

    [Test]
    public async Task Put_WithEtag_ReplacesOnce()
    {
        var route = await RouteAsync((await ApiAsync()).Id, _upstream, "/put");

        (await Admin.PutAsync("/api/v1/routes/" + route.Id, new { name = "renamed", upstreamId = _upstream, path = "/put2" }, ("If-Match", "\"1\""))).Is(HttpStatusCode.OK).ETag.Should().Be("\"2\"");
        (await Admin.PutAsync("/api/v1/routes/" + route.Id, new { name = "again", upstreamId = _upstream, path = "/put3" }, ("If-Match", "\"1\""))).Is(HttpStatusCode.PreconditionFailed);
        ((string)(await Admin.GetAsync("/api/v1/routes/" + route.Id)).Data["path"]!).Should().Be("/put2");
    }

    [Test]
    public async Task Patch_NullRestoresTheDefault()
    {
        var api = await ApiAsync();
        var route = (await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "r", upstreamId = _upstream, path = "/p", timeoutSeconds = 3, stripPrefix = "" })).Is(HttpStatusCode.Created);

        var patched = (await Admin.PatchAsync("/api/v1/routes/" + route.Id, """{"timeoutSeconds":null,"methods":["GET"]}""")).Is(HttpStatusCode.OK);

        patched.Data["timeoutSeconds"].Should().BeNull();
        ((string)patched.Data["stripPrefix"]!).Should().BeEmpty();
        patched.Data["methods"]!.AsArray().Should().HaveCount(1);
    }

    [Test]
    public async Task Put_DryRunWithConflict_TellsIt()
    {
        var api = await ApiAsync();
        await RouteAsync(api.Id, _upstream, "/one");
        var two = await RouteAsync(api.Id, _upstream, "/two");

        (await Admin.PatchAsync("/api/v1/routes/" + two.Id + "?dryRun=true", new { path = "/one" })).Is(HttpStatusCode.Conflict);
        (await Admin.PatchAsync("/api/v1/routes/" + two.Id + "?dryRun=true", new { path = "/three" })).Is(HttpStatusCode.OK);
        ((string)(await Admin.GetAsync("/api/v1/routes/" + two.Id)).Data["path"]!).Should().Be("/two");
    }

    [Test]
    public async Task Get_List_FiltersByApiAndUpstream()
    {
        var api = await ApiAsync();
        var other = await UpstreamAsync();
        await RouteAsync(api.Id, _upstream, "/a");
        await RouteAsync(api.Id, other.Id, "/b");

        (await CountAsync("/api/v1/routes?apiId=" + api.Id)).Should().Be(2);
        (await CountAsync($"/api/v1/apis/{api.Id}/routes")).Should().Be(2);
        (await CountAsync("/api/v1/routes?upstreamId=" + other.Id)).Should().Be(1);
        (await Admin.GetAsync("/api/v1/routes?apiId=x")).Is(HttpStatusCode.BadRequest).Code.Should().Be("invalid_query");
        (await Admin.GetAsync("/api/v1/apis/api_00000000000000000000000000/routes")).Is(HttpStatusCode.NotFound);

        async Task<int> CountAsync(string path) => (await Admin.GetAsync(path)).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Count;
    }

    [Test]
    public async Task Match_SaysWhoTakesTheRequestAndWhy()
    {
        var slug = Name("match");
        var api = await ApiAsync(slug);
        var wide = await RouteAsync(api.Id, _upstream);
        var narrow = (await Admin.PostAsync($"/api/v1/apis/{api.Id}/routes", new { name = "narrow", upstreamId = _upstream, path = "/orders/{id}", methods = new[] { "GET" }, hosts = new[] { "m.example.com" } })).Is(HttpStatusCode.Created);

        var taken = (await Admin.PostAsync("/api/v1/routes:match", new { method = "GET", url = $"https://m.example.com/gateway/{slug}/orders/7?x=1" })).Is(HttpStatusCode.OK);
        ((string)taken.Data["verdict"]!).Should().Be("route");
        ((string)taken.Data["route"]!["id"]!).Should().Be(narrow.Id);
        ((string)taken.Data["alsoMatched"]![0]!["route"]!["id"]!).Should().Be(wide.Id);
        ((string)taken.Data["why"]!).Should().Contain("names its hosts");

        await Admin.PatchAsync("/api/v1/routes/" + wide.Id, new { enabled = false });
        var near = (await Admin.PostAsync("/api/v1/routes:match", new { method = "POST", host = "m.example.com", url = $"/gateway/{slug}/orders/7" })).Is(HttpStatusCode.OK);
        ((string)near.Data["verdict"]!).Should().Be("method-not-allowed");
        near.Data["nearest"]!.AsArray().Select(n => ((string)n!["route"]!["id"]!, (string)n["fails"]![0]!["what"]!)).Take(2).Should().BeEquivalentTo([(narrow.Id, "method"), (wide.Id, "enabled")]);

        ((string)(await Admin.PostAsync("/api/v1/routes:match", new { url = "/api/v1/upstreams" })).Data["verdict"]!).Should().Be("gateway");
        ((string)(await Admin.PostAsync("/api/v1/routes:match", new { url = "/nothing" })).Data["verdict"]!).Should().Be("none");
        (await Admin.PostAsync("/api/v1/routes:match", new { url = "ftp://x/y" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/url");
    }
}
