using System.Net;
using System.Text;
using DataHub.Gateway.Api.FunctionalTests.Access;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

/// <summary>Bodies and queries that nobody sends by accident: each answer is a 400 or a 415 that names the field, never a 500.</summary>
public class HostileBodyTests : AccessFixture
{
    // What PATCH of a resource is sent; it merges, so the serialiser sees it late.
    [TestCase("""{"name":"\ud800"}""", "/name")]
    [TestCase("""{"name":"a\u0000b"}""", "/name")]
    [TestCase("""{"metadata":{"k":"\udc00x"}}""", "/metadata/k")]
    [TestCase("""{"metadata":{"k\u0000":"v"}}""", "/metadata")]
    [TestCase("""{"metadata":{"k\ud800":"v"}}""", "")] // The name is read before anything else is known.
    [TestCase("""{"name":null}""", "/name")]
    public async Task Patch_TextThatCannotBeStored_NamesTheField(string patch, string pointer)
    {
        foreach (var path in await OneOfEachAsync())
        {
            (await Admin.SendAsync(HttpMethod.Patch, path, patch)).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain(pointer, path);
        }
    }

    [Test]
    public async Task Patch_NothingWithinFreeJson_IsTakenAsByPut()
    {
        var name = "free." + Guid.CreateVersion7().ToString("N");
        var path = "/api/v1/webhooks/event-types/" + name;
        const string Example = """{"items":[null,"a"]}""";
        (await Admin.SendAsync(HttpMethod.Post, "/api/v1/webhooks/event-types", $$"""{"name":"{{name}}","example":{{Example}}}""")).Is(HttpStatusCode.Created);

        (await Admin.SendAsync(HttpMethod.Put, path, $$"""{"example":{{Example}}}""")).Is(HttpStatusCode.OK);
        (await Admin.SendAsync(HttpMethod.Patch, path, $$"""{"example":{{Example}}}""")).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Patch_BytesThatAreNoText_Is400()
    {
        var path = (await OneOfEachAsync())[0];
        foreach (var bytes in (byte[][])[[.. "{\""u8, 0xFF, .. "\":1}"u8], [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], [.. "{\"name\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]])
        {
            using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
            using var answer = await Admin.Http.PatchAsync(path, content);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }
    }

    [TestCase("apis", """{"name":"x","slug":"x-slug","description":"a\u0000b"}""", "/description")]
    [TestCase("apis", """{"name":"x","slug":"x-slug","metadata":{"k":"\u0000"}}""", "/metadata/k")]
    [TestCase("upstreams", """{"name":"x","destinations":[{"name":"one","url":"http://127.0.0.1:9"}],"metadata":{"k":"\u0000"}}""", "/metadata/k")]
    [TestCase("upstreams", """{"name":"x","destinations":[null]}""", "/destinations/0")]
    [TestCase("keys", """{"name":"x","apiPermissions":[null]}""", "/apiPermissions/0")]
    [TestCase("keys", """{"name":null}""", "/name")]
    [TestCase("keys", """{"name":"x","apiPermissions":[{"apiId":null,"scopes":[]}]}""", "/apiPermissions/0/apiId")]
    [TestCase("consumers", """{"name":"a\u0000","segment":"partner"}""", "/name")]
    [TestCase("consumers", """{"name":"a","segment":"partner","it's":1}""", "/it's")]
    [TestCase("issuers", """{"name":"x","issuer":null}""", "/issuer")]
    [TestCase("webhooks/events", """{"events":[null]}""", "/events/0")]
    [TestCase("routes:match", """{"method":"GET","url":"/x","host":"../.."}""", "/host")]
    [TestCase("routes:match", """{"method":"GET","url":null}""", "/url")]
    [TestCase("auth/login", """{"email":null,"password":"x"}""", "/email")]
    public async Task Post_ValueOfTheWrongKind_NamesTheField(string path, string body, string pointer) =>
        (await Admin.SendAsync(HttpMethod.Post, "/api/v1/" + path, body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain(pointer);

    [Test]
    public async Task Post_ScopeWithNul_NamesTheField()
    {
        var api = (await OneOfEachAsync()).Single(p => p.Contains("/apis/", StringComparison.Ordinal));
        (await Admin.SendAsync(HttpMethod.Post, api + "/scopes", """{"name":"a\u0000b"}""")).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/name");
    }

    [TestCase("consumers")]
    [TestCase("keys")]
    [TestCase("users")]
    [TestCase("apis")]
    [TestCase("routes")]
    [TestCase("tiers")]
    [TestCase("webhooks/events")]
    public async Task List_GarbageInTheQuery_NamesTheParameter(string collection)
    {
        (await Admin.GetAsync($"/api/v1/{collection}?q=a%00b")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("?q");
        (await Admin.GetAsync($"/api/v1/{collection}?cursor=garbage")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("?cursor");
    }

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    [TestCase("multipart/form-data; boundary=x")]
    [TestCase("application/json; charset=bogus")]
    [TestCase("application/json; charset=utf-7")]
    [TestCase("application/json; charset=utf-16")]
    [TestCase(null)]
    public async Task Post_ContentThatIsNoJson_Is415(string? contentType)
    {
        foreach (var path in (string[])["consumers", "keys", "auth/login"])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"name":"x"}"""));
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using var answer = await Admin.Http.PostAsync("/api/v1/" + path, content);
            (await answer.Content.ReadAsStringAsync()).Should().Contain("unsupported_media_type", path);
            answer.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        }

        using var nowhere = await Admin.Http.PostAsync("/api/v1/nowhere", new StringContent("x"));
        nowhere.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<List<string>> OneOfEachAsync()
    {
        var name = NewName("one").Replace(' ', '-');
        var upstream = (await Admin.PostAsync("/api/v1/upstreams", new { name, destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id;
        var api = (await Admin.PostAsync("/api/v1/apis", new { name, slug = name })).Is(HttpStatusCode.Created).Id;
        var route = (await Admin.PostAsync($"/api/v1/apis/{api}/routes", new { name, upstreamId = upstream, path = "/" + name })).Is(HttpStatusCode.Created).Id;
        var consumer = await NewConsumerAsync();
        var key = (await NewKeyAsync(consumer)).Id;
        return [$"/api/v1/upstreams/{upstream}", $"/api/v1/apis/{api}", $"/api/v1/routes/{route}", $"/api/v1/consumers/{consumer}", $"/api/v1/keys/{key}"];
    }
}
