using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.Contracts;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Traffic.RateLimits;

public class TierEndpointsTests
{
    private TestDatabase _database = null!;
    private TierApi _api = null!;

    private HttpClient Client => _api.Client;

    private TierSeeder Seeder => _api.Services.GetServices<IStartupTask>().OfType<TierSeeder>().Single();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _api = await TierApi.StartAsync(_database);
        await Seeder.RunAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _api.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Seed_SecondTime_AddsNothing()
    {
        await Seeder.RunAsync(CancellationToken.None);

        var tiers = await _database.QueryScalarAsync<long>("SELECT count(*) FROM traffic.rate_limit_tiers WHERE name IN ('free','standard','partner','internal','unlimited')");
        tiers.Should().Be(5);
        var free = (await DataAsync(await Client.GetAsync("/api/v1/tiers?q=free&sort=name"))).AsArray().Single()!;
        var burst = free["limits"]!.AsArray()[0]!;
        burst["name"]!.GetValue<string>().Should().Be("burst");
        burst["limit"]!.GetValue<int>().Should().Be(10);
        burst["algorithm"]!.GetValue<string>().Should().Be("sliding-log");
    }

    [Test]
    public async Task ReadAll_Seeded_CompilesEveryTier()
    {
        await using var scope = _api.Services.CreateAsyncScope();
        var tiers = await scope.ServiceProvider.GetRequiredService<ITierReader>().ReadAllAsync(CancellationToken.None);

        tiers.Select(t => CompiledTier.Compile(t).Name).Should().Contain(["free", "standard", "partner", "internal", "unlimited"]);
    }

    [Test]
    public async Task Post_Valid_Returns201AndAnnounces()
    {
        var before = await EpochAsync();
        var response = await Client.PostAsJsonAsync("/api/v1/tiers", Body("gold"));

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Headers.ETag!.Tag.Should().Be("\"1\"");
        var tier = await DataAsync(response);
        response.Headers.Location!.ToString().Should().Be("/api/v1/tiers/" + tier["id"]);
        tier["limits"]![0]!["algorithm"]!.GetValue<string>().Should().Be("sliding-window");
        tier["limits"]![0]!["by"]!.GetValue<string>().Should().Be("key");
        tier["limits"]![0]!["cost"]!.GetValue<int>().Should().Be(1);
        tier["limits"]![0]!["mode"]!.GetValue<string>().Should().Be("enforce");
        (await EpochAsync()).Should().Be(before + 1);
    }

    [Test]
    public async Task Post_DryRun_KeepsAndAnnouncesNothing()
    {
        var before = await EpochAsync();
        var response = await Client.PostAsJsonAsync("/api/v1/tiers?dryRun=true", Body("dry"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM traffic.rate_limit_tiers WHERE name = 'dry'")).Should().Be(0);
        (await EpochAsync()).Should().Be(before);
    }

    [TestCase("""{"name":"x","limits":[{"name":"A","limit":1,"windowSeconds":1}]}""", "/limits/0/name")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":0,"windowSeconds":1}]}""", "/limits/0/limit")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":1000000001,"windowSeconds":1}]}""", "/limits/0/limit")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":1001,"windowSeconds":1,"algorithm":"sliding-log"}]}""", "/limits/0/limit")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":1,"windowSeconds":2678401}]}""", "/limits/0/windowSeconds")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":2,"windowSeconds":1,"cost":3}]}""", "/limits/0/cost")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":2,"windowSeconds":1},{"name":"a","limit":3,"windowSeconds":1}]}""", "/limits")]
    [TestCase("""{"name":"x","limits":[{"name":"a","limit":2,"windowSeconds":1,"algorithm":"leaky"}]}""", "/limits/0/algorithm")]
    [TestCase("""{"name":"x","limits":[null]}""", "/limits/0")]
    [TestCase("""{"name":" ","limits":[]}""", "/name")]
    public async Task Post_Invalid_Returns400WithThePointer(string body, string pointer)
    {
        var response = await Client.PostAsync("/api/v1/tiers", new StringContent(body, null, "application/json"));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        problem["errors"]!.AsArray().Select(e => e!["pointer"]!.GetValue<string>()).Should().Contain(pointer);
    }

    [Test]
    public async Task Post_TakenName_Returns409()
    {
        var response = await Client.PostAsJsonAsync("/api/v1/tiers", Body("free"));

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await response.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>().Should().Be("name_taken");
    }

    [Test]
    public async Task Put_StaleEtag_Returns412AndChangesNothing()
    {
        var (id, _) = await CreateAsync("stale");
        (await SendAsync(HttpMethod.Put, id, Body("stale2"), "\"1\"")).StatusCode.Should().Be(HttpStatusCode.OK);

        var response = await SendAsync(HttpMethod.Put, id, Body("stale3"), "\"1\"");

        response.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        var read = await Client.GetAsync("/api/v1/tiers/" + id);
        read.Headers.ETag!.Tag.Should().Be("\"2\"");
        (await DataAsync(read))["name"]!.GetValue<string>().Should().Be("stale2");
    }

    [Test]
    public async Task Put_AnswersTheEtagThatGetShows()
    {
        var (id, _) = await CreateAsync("etag");
        var put = await SendAsync(HttpMethod.Put, id, Body("etag"), null);

        put.Headers.ETag!.Tag.Should().Be((await Client.GetAsync("/api/v1/tiers/" + id)).Headers.ETag!.Tag);
    }

    [Test]
    public async Task Patch_OneField_KeepsTheOthers()
    {
        var (id, _) = await CreateAsync("patched");
        var response = await SendAsync(HttpMethod.Patch, id, new JsonObject { ["name"] = "patched2" }, null);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var tier = await DataAsync(response);
        tier["name"]!.GetValue<string>().Should().Be("patched2");
        tier["limits"]!.AsArray().Should().HaveCount(1);
    }

    [Test]
    public async Task Patch_Default_MovesTheMarkAndBack()
    {
        var (id, _) = await CreateAsync("chosen");
        (await SendAsync(HttpMethod.Patch, id, new JsonObject { ["isDefault"] = true }, null)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await DefaultsAsync()).Should().Be("chosen");

        var refused = await SendAsync(HttpMethod.Patch, id, new JsonObject { ["isDefault"] = false }, null);
        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await Client.DeleteAsync("/api/v1/tiers/" + id)).StatusCode.Should().Be(HttpStatusCode.Conflict);

        var free = (await DataAsync(await Client.GetAsync("/api/v1/tiers?q=free"))).AsArray().Single(t => t!["name"]!.GetValue<string>() == "free")!;
        await SendAsync(HttpMethod.Patch, free["id"]!.GetValue<string>(), new JsonObject { ["isDefault"] = true }, null);
        (await DefaultsAsync()).Should().Be("free");
    }

    [Test]
    public async Task Delete_Unused_Returns204AndThen404()
    {
        var (id, _) = await CreateAsync("gone");

        (await Client.DeleteAsync("/api/v1/tiers/" + id)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await Client.DeleteAsync("/api/v1/tiers/" + id)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Client.GetAsync("/api/v1/tiers/nonsense")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [TestCase(1, 0)]
    [TestCase(0, 2)]
    public async Task Delete_ReferredTo_Returns409(int callers, int routes)
    {
        var (id, _) = await CreateAsync($"used-{callers}-{routes}");
        (_api.Usage.Callers, _api.Usage.Routes) = (callers, routes);

        var refused = await Client.DeleteAsync("/api/v1/tiers/" + id);
        (_api.Usage.Callers, _api.Usage.Routes) = (0, 0);

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>().Should().Be("in_use");
        (await Client.DeleteAsync("/api/v1/tiers/" + id)).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task List_PageByPage_ShowsEveryTierOnce([Values("name", "-name", "createdAt", "-createdAt")] string sort)
    {
        var names = new List<string>();
        string? next = $"/api/v1/tiers?limit=2&sort={sort}";
        while (next is not null)
        {
            var page = (await Client.GetFromJsonAsync<JsonObject>(next))!;
            names.AddRange(page["data"]!.AsArray().Select(t => t!["name"]!.GetValue<string>()));
            var cursor = page["pagination"]!["nextCursor"]?.GetValue<string>();
            next = cursor is null ? null : $"/api/v1/tiers?limit=2&sort={sort}&cursor={cursor}";
        }

        names.Should().OnlyHaveUniqueItems().And.HaveCount((int)await _database.QueryScalarAsync<long>("SELECT count(*) FROM traffic.rate_limit_tiers"));
    }

    private static JsonObject Body(string name) => new()
    {
        ["name"] = name,
        ["limits"] = new JsonArray(new JsonObject { ["name"] = "minute", ["limit"] = 60, ["windowSeconds"] = 60 }),
    };

    private async Task<(string Id, JsonNode Tier)> CreateAsync(string name)
    {
        var tier = await DataAsync(await Client.PostAsJsonAsync("/api/v1/tiers", Body(name)));
        return (tier["id"]!.GetValue<string>(), tier);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string id, JsonObject body, string? ifMatch)
    {
        var request = new HttpRequestMessage(method, "/api/v1/tiers/" + id) { Content = JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return Client.SendAsync(request);
    }

    private static async Task<JsonNode> DataAsync(HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonObject>())!["data"]!;

    private Task<long> EpochAsync() =>
        _database.QueryScalarAsync<long>("SELECT coalesce(max(value), 0)::bigint FROM platform.epochs WHERE topic = 'configuration'");

    private Task<string> DefaultsAsync() => _database.QueryScalarAsync<string>("SELECT string_agg(name, ',') FROM traffic.rate_limit_tiers WHERE is_default");
}
