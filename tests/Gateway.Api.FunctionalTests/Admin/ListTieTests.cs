using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

/// <summary>Rows that share the value that a list is sorted by: the id decides, so that no page skips or repeats one.</summary>
[TestFixture]
public sealed class ListTieTests
{
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private AdminClient _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database, [.. TestGateway.Patient, "ApiKeys:LastUsedSeconds=3600"]); // No row moves between two pages.
        _admin = await AdminClient.SetUpAsync(_gateway);
        var apis = new List<string>();
        var upstream = "";
        var consumer = "";
        for (var i = 0; i < 7; i++)
        {
            consumer = (await _admin.PostAsync("/api/v1/consumers", new { name = $"consumer {i}", segment = "public" })).Is(HttpStatusCode.Created).Id;
            await _admin.PostAsync("/api/v1/tiers", new { name = $"tier {i}", limits = Array.Empty<object>() });
            upstream = (await _admin.PostAsync("/api/v1/upstreams", new { name = $"upstream-{i}", destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id;
            apis.Add((await _admin.PostAsync("/api/v1/apis", new { name = $"api {i}", slug = $"api-{i}" })).Is(HttpStatusCode.Created).Id);
            (await _admin.PostAsync("/api/v1/routes", new { name = "same", apiId = apis[^1], upstreamId = upstream, path = "/x" })).Is(HttpStatusCode.Created);
            (await _admin.PostAsync("/api/v1/keys", new { name = "same", consumerId = consumer })).Is(HttpStatusCode.Created);
        }

        foreach (var table in new[] { "access.consumers", "access.api_keys", "traffic.rate_limit_tiers", "routing.upstreams", "routing.apis", "routing.routes" })
        {
            await _database.ExecuteAsync($"UPDATE {table} SET created_at = '2026-02-03T04:05:06.789012Z'");
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin.Dispose();
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("/consumers", "createdAt")]
    [TestCase("/consumers", "-createdAt")]
    [TestCase("/keys", "createdAt")]
    [TestCase("/keys", "-createdAt")]
    [TestCase("/keys", "name")]
    [TestCase("/keys", "-name")]
    [TestCase("/keys", "lastUsedAt")]
    [TestCase("/keys", "-expiresAt")]
    [TestCase("/tiers", "createdAt")]
    [TestCase("/tiers", "-createdAt")]
    [TestCase("/upstreams", "createdAt")]
    [TestCase("/upstreams", "-createdAt")]
    [TestCase("/apis", "-createdAt")]
    [TestCase("/routes", "-createdAt")]
    [TestCase("/routes", "name")]
    public async Task List_SameSortValue_PagesHoldEveryRowOnce(string path, string sort)
    {
        var seen = new List<string>();
        var pages = 0;
        string? cursor = null;
        do
        {
            var page = (await _admin.GetAsync($"/api/v1{path}?limit=3&sort={sort}" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)))).Is(HttpStatusCode.OK).Body;
            seen.AddRange(page["data"]!.AsArray().Select(row => (string)row!["id"]!));
            cursor = (string?)page["pagination"]!["nextCursor"];
        }
        while (cursor is not null && ++pages < 20);

        var all = (await _admin.GetAsync($"/api/v1{path}?limit=200&sort={sort}")).Body["data"]!.AsArray().Select(row => (string)row!["id"]!).ToList();
        all.Should().HaveCountGreaterThanOrEqualTo(7);
        seen.Should().Equal(all);
        if (!path.StartsWith("/keys", StringComparison.Ordinal) || sort.EndsWith("createdAt", StringComparison.Ordinal))
        {
            // Ids of one kind are equally long, so their text order is that of the values.
            (sort[0] == '-' ? all.AsEnumerable().Reverse() : all).Should().BeInAscendingOrder(StringComparer.Ordinal);
        }
    }

    [TestCase("/tiers", "createdAt")]
    [TestCase("/consumers", "createdAt")]
    [TestCase("/routes", "createdAt")]
    public async Task List_ForgedCursor_IsRefused(string path, string sort)
    {
        var first = (await _admin.GetAsync($"/api/v1{path}?limit=1&sort={sort}")).Body;
        var cursor = (string)first["pagination"]!["nextCursor"]!;
        var wire = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(cursor))!;
        wire["S"] = "yesterday";
        var forged = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(wire.ToJsonString()));

        (await _admin.GetAsync($"/api/v1{path}?limit=1&sort={sort}&cursor={forged}")).Is(HttpStatusCode.BadRequest).Code.Should().Be("cursor_mismatch");
    }
}
