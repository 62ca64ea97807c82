using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Routing.Upstreams;

public class UpstreamEndpointsTests : RoutingFixture
{
    [Test]
    public async Task Post_Minimal_IsCreatedWithDefaults()
    {
        var created = (await Admin.PostAsync("/api/v1/upstreams", new { name = Name("u") })).Is(HttpStatusCode.Created);

        created.Headers["Location"].Should().Be("/api/v1/upstreams/" + created.Id);
        created.ETag.Should().Be("\"1\"");
        var read = (await Admin.GetAsync("/api/v1/upstreams/" + created.Id)).Is(HttpStatusCode.OK);
        ((string)read.Data["loadBalancing"]!).Should().Be("power-of-two");
        ((string)read.Data["httpVersion"]!).Should().Be("1.1");
        ((int)read.Data["timeoutSeconds"]!).Should().Be(100);
        read.Data["destinations"]!.AsArray().Should().BeEmpty();
        read.ETag.Should().Be("\"1\"");
    }

    [Test]
    public async Task Post_SeveralMistakes_ListsEveryPointer()
    {
        var answer = await Admin.PostAsync("/api/v1/upstreams", new { name = "", timeoutSeconds = 0, destinations = new[] { new { name = "a", url = "ftp://x", weight = 2000 } } });

        answer.Is(HttpStatusCode.BadRequest).Code.Should().Be("validation_failed");
        answer.Pointers.Should().BeEquivalentTo("/name", "/timeoutSeconds", "/destinations/0/url", "/destinations/0/weight");
    }

    [Test]
    public async Task Post_UnknownField_IsRefused()
    {
        (await Admin.PostAsync("/api/v1/upstreams", new { name = Name(), balancing = "random" })).Is(HttpStatusCode.BadRequest).Code.Should().Be("unknown_field");
        (await Admin.PostAsync("/api/v1/upstreams", new { name = Name(), destinations = new[] { new { name = "a", url = "http://a", port = 1 } } })).Is(HttpStatusCode.BadRequest).Code.Should().Be("unknown_field");
    }

    [Test]
    public async Task Post_UnknownPolicy_IsRefused() =>
        (await Admin.PostAsync("/api/v1/upstreams", new { name = Name(), loadBalancing = "sticky" })).Is(HttpStatusCode.BadRequest).Code.Should().Be("validation_failed");

    [Test]
    public async Task Post_NameTakenInOtherCase_Is409()
    {
        var name = Name("taken");
        await UpstreamAsync(name);

        var again = await Admin.PostAsync("/api/v1/upstreams", new { name = name.ToUpperInvariant() });

        again.Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
        again.Pointers.Should().Equal("/name");
    }

    [Test]
    public async Task Post_DryRun_KeepsNothing()
    {
        var name = Name("dry");

        var answer = (await Admin.PostAsync("/api/v1/upstreams?dryRun=true", new { name })).Is(HttpStatusCode.OK);

        (await Admin.GetAsync("/api/v1/upstreams/" + answer.Id)).Is(HttpStatusCode.NotFound);
        await UpstreamAsync(name);
    }

    [Test]
    public async Task Put_WithOldEtag_Is412AndWithNewOneReplaces()
    {
        var upstream = await UpstreamAsync();
        var body = new { name = Name("u"), loadBalancing = "weighted" };

        (await Admin.PutAsync("/api/v1/upstreams/" + upstream.Id, body, ("If-Match", "\"7\""))).Is(HttpStatusCode.PreconditionFailed).Code.Should().Be("etag_mismatch");
        var replaced = (await Admin.PutAsync("/api/v1/upstreams/" + upstream.Id, body, ("If-Match", "\"1\""))).Is(HttpStatusCode.OK);

        replaced.ETag.Should().Be("\"2\"");
        replaced.Data["destinations"]!.AsArray().Should().BeEmpty("PUT replaces the whole");
        (await Admin.GetAsync("/api/v1/upstreams/" + upstream.Id)).ETag.Should().Be("\"2\"");
    }

    [Test]
    public async Task Patch_OneField_KeepsTheRest()
    {
        var upstream = await UpstreamAsync();

        var patched = (await Admin.PatchAsync("/api/v1/upstreams/" + upstream.Id, new { timeoutSeconds = 7, metadata = new { team = "a" } })).Is(HttpStatusCode.OK);

        ((int)patched.Data["timeoutSeconds"]!).Should().Be(7);
        patched.Data["destinations"]!.AsArray().Should().HaveCount(1);
        (await Admin.PatchAsync("/api/v1/upstreams/" + upstream.Id, new { timeout = 7 })).Is(HttpStatusCode.BadRequest).Code.Should().Be("unknown_field");
        (await Admin.PatchAsync("/api/v1/upstreams/" + upstream.Id, new { timeoutSeconds = 8 }, ("If-Match", "\"1\""))).Is(HttpStatusCode.PreconditionFailed);
    }

    [Test]
    public async Task Destinations_AddListRemove()
    {
        var upstream = await UpstreamAsync();
        var path = $"/api/v1/upstreams/{upstream.Id}/destinations";

        var added = (await Admin.PostAsync(path, new { name = "two", url = "http://127.0.0.1:10", weight = 3 })).Is(HttpStatusCode.Created);
        added.Headers["Location"].Should().Be(path + "/two");
        (await Admin.PostAsync(path, new { name = "TWO", url = "http://127.0.0.1:10" })).Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
        (await Admin.PostAsync(path, new { name = "three", url = "x" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/url");
        (await Admin.GetAsync(path)).Body["data"]!.AsArray().Select(d => (string)d!["name"]!).Should().Equal("one", "two");

        (await Admin.DeleteAsync(path + "/one")).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync(path + "/one")).Is(HttpStatusCode.NotFound);
        (await Admin.GetAsync(path)).Body["data"]!.AsArray().Should().HaveCount(1);
    }

    [Test]
    public async Task Delete_UsedByARoute_NamesIt()
    {
        var upstream = await UpstreamAsync();
        var api = await ApiAsync();
        var route = await RouteAsync(api.Id, upstream.Id);

        var refused = (await Admin.DeleteAsync("/api/v1/upstreams/" + upstream.Id)).Is(HttpStatusCode.Conflict);
        refused.Code.Should().Be("in_use");
        ((string)refused.Body["detail"]!).Should().Contain((string)route.Data["name"]!);

        (await Admin.DeleteAsync("/api/v1/routes/" + route.Id)).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync("/api/v1/upstreams/" + upstream.Id, ("If-Match", "\"9\""))).Is(HttpStatusCode.PreconditionFailed);
        (await Admin.DeleteAsync("/api/v1/upstreams/" + upstream.Id)).Is(HttpStatusCode.NoContent);
        (await Admin.GetAsync("/api/v1/upstreams/" + upstream.Id)).Is(HttpStatusCode.NotFound);
    }

    [TestCase("ups_00000000000000000000000000")]
    [TestCase("api_00000000000000000000000000")]
    [TestCase("x")]
    public async Task Get_NoSuchId_Is404(string id) => (await Admin.GetAsync("/api/v1/upstreams/" + id)).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");

    [TestCase("name", new[] { "list-a", "list-b", "list-c" })]
    [TestCase("-name", new[] { "list-c", "list-b", "list-a" })]
    [TestCase("createdAt", new[] { "list-c", "list-a", "list-b" })]
    [TestCase(null, new[] { "list-b", "list-a", "list-c" })]
    public async Task Get_Pages_FollowEachOtherInOrder(string? sort, string[] expected)
    {
        foreach (var name in new[] { "list-c", "list-a", "list-b" })
        {
            await Admin.PostAsync("/api/v1/upstreams", new { name }); // 409 from the second case on.
        }

        var found = new List<string>();
        var next = $"/api/v1/upstreams?limit=2&q=LIST-{(sort is null ? "" : "&sort=" + sort)}";
        while (next is not null)
        {
            var page = (await Admin.GetAsync(next)).Is(HttpStatusCode.OK);
            found.AddRange(page.Body["data"]!.AsArray().Select(d => (string)d!["name"]!));
            next = page.Headers.TryGetValue("Link", out var link) ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : null;
        }

        found.Should().Equal(expected);
    }

    [TestCase("?limit=0", "invalid_query")]
    [TestCase("?sort=url", "invalid_query")]
    [TestCase("?color=red", "invalid_query")]
    [TestCase("?cursor=abc", "cursor_mismatch")]
    public async Task Get_BadQuery_IsRefused(string query, string code) =>
        (await Admin.GetAsync("/api/v1/upstreams" + query)).Is(HttpStatusCode.BadRequest).Code.Should().Be(code);
}
