using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Scopes;

public class ScopeCatalogueTests : AccessFixture
{
    protected override string[] Settings => ["Scopes:CataloguedOnly=true"];

    [Test]
    public async Task Scopes_OfAnApi_AreAddedListedDescribedAndRemoved()
    {
        var api = await NewApiAsync("catalogue");
        var path = $"/api/v1/apis/{api}/scopes";

        var added = (await Admin.PostAsync(path, new { name = "orders:read", description = "See orders" })).Is(HttpStatusCode.Created);
        (await Admin.PostAsync(path, new { name = "orders:read" })).Is(HttpStatusCode.Conflict).Code.Should().Be("name_taken");
        (await Admin.PostAsync(path, new { name = "orders:*" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/name");
        added.Headers["Location"].Should().Be($"{path}/orders:read");
        (await Admin.PutAsync($"{path}/orders:read", new { description = "Read orders" }, ("If-Match", added.ETag))).Is(HttpStatusCode.OK).Data["description"]!.ToString().Should().Be("Read orders");
        (await Admin.GetAsync(path)).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(s => (string)s!["name"]!).Should().Equal("orders:read");
        (await Admin.GetAsync("/api/v1/scopes")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().NotBeEmpty();
        (await Admin.DeleteAsync($"{path}/orders:read")).Is(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync($"{path}/orders:read")).Is(HttpStatusCode.NotFound);
        (await Admin.GetAsync("/api/v1/apis/api_00000000000000000000000000/scopes")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Issue_ScopeOutsideOfTheCatalogue_IsRefusedWhereThatIsDemanded()
    {
        var api = await NewApiAsync("demanded");
        await Admin.PostAsync($"/api/v1/apis/{api}/scopes", new { name = "bills:read" });
        var consumer = await NewConsumerAsync();

        (await Admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, scopes = new[] { "bills:read", "bills:*", "*:read", "*" } })).Is(HttpStatusCode.Created);
        (await Admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, scopes = new[] { "bills:read", "bils:read" } })).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/scopes/1");
        (await Admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, apiPermissions = new[] { new { apiId = api, scopes = new[] { "bills:pay" } } } }))
            .Is(HttpStatusCode.BadRequest).Pointers.Should().Contain("/apiPermissions/0/scopes/0");
    }

    private async Task<string> NewApiAsync(string slug) => (await Admin.PostAsync("/api/v1/apis", new { name = slug, slug })).Is(HttpStatusCode.Created).Id;
}
