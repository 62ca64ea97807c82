using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Routing.Apis;

public class ApiEndpointsTests : RoutingFixture
{
    [Test]
    public async Task Post_WithoutBasePath_ShowsTheDefaultWhichFollowsTheSlug()
    {
        var slug = Name("shop");
        var api = await ApiAsync(slug);
        ((string)api.Data["basePath"]!).Should().Be("/gateway/" + slug);

        var patched = (await Admin.PatchAsync("/api/v1/apis/" + api.Id, new { slug = slug + "-x" })).Is(HttpStatusCode.OK);

        ((string)patched.Data["basePath"]!).Should().Be($"/gateway/{slug}-x");
        (await Admin.GetAsync("/api/v1/apis/" + api.Id)).ETag.Should().Be("\"2\"");
    }

    [Test]
    public async Task Post_Mistakes_AreAllListed()
    {
        var answer = (await Admin.PostAsync("/api/v1/apis", new { name = "", slug = "A b", basePath = "x/" })).Is(HttpStatusCode.BadRequest);

        answer.Pointers.Should().BeEquivalentTo("/name", "/slug", "/basePath");
    }

    [Test]
    public async Task Post_SlugTaken_Is409()
    {
        var slug = Name("shop");
        await ApiAsync(slug);

        (await Admin.PostAsync("/api/v1/apis", new { name = "x", slug })).Is(HttpStatusCode.Conflict).Pointers.Should().Equal("/slug");
    }

    [Test]
    public async Task Post_MissingField_IsNamed() =>
        (await Admin.PostAsync("/api/v1/apis", new { name = "x" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/slug");

    [Test]
    public async Task Put_BasePathThatMakesARouteConflict_IsRefusedAndKeepsTheOld()
    {
        var upstream = await UpstreamAsync();
        var first = await ApiAsync();
        var second = await ApiAsync();
        await RouteAsync(first.Id, upstream.Id, "/a");
        var blamed = await RouteAsync(second.Id, upstream.Id, "/a");

        var refused = (await Admin.PatchAsync("/api/v1/apis/" + second.Id, new { basePath = (string)first.Data["basePath"]! })).Is(HttpStatusCode.Conflict);

        refused.Code.Should().Be("route_conflict");
        refused.Pointers.Should().Equal($"/{blamed.Id}/path");
        (await Admin.GetAsync("/api/v1/apis/" + second.Id)).ETag.Should().Be("\"1\"");
    }

    [Test]
    public async Task Put_EnabledFalse_TakesItsRoutesOutOfService()
    {
        var upstream = await UpstreamAsync();
        var api = await ApiAsync();
        await RouteAsync(api.Id, upstream.Id, "/off-test");
        var url = (string)api.Data["basePath"]! + "/off-test";
        ((string)(await Admin.PostAsync("/api/v1/routes:match", new { url })).Data["verdict"]!).Should().Be("route");

        await Admin.PatchAsync("/api/v1/apis/" + api.Id, new { enabled = false });

        var match = (await Admin.PostAsync("/api/v1/routes:match", new { url })).Is(HttpStatusCode.OK);
        ((string)match.Data["verdict"]!).Should().Be("none");
        ((string)match.Data["nearest"]![0]!["fails"]![0]!["what"]!).Should().Be("enabled");
    }

    [Test]
    public async Task Delete_WithRoutes_NamesThem()
    {
        var upstream = await UpstreamAsync();
        var api = await ApiAsync();
        var route = await RouteAsync(api.Id, upstream.Id);

        (await Admin.DeleteAsync("/api/v1/apis/" + api.Id)).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await Admin.DeleteAsync("/api/v1/routes/" + route.Id)).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync("/api/v1/apis/" + api.Id + "?dryRun=true")).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync("/api/v1/apis/" + api.Id)).Is(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Get_List_HoldsIt()
    {
        var slug = Name("listed");
        await ApiAsync(slug);

        (await Admin.GetAsync("/api/v1/apis?limit=200")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(a => (string)a!["slug"]!).Should().Contain(slug);
    }
}
