using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

public class ListApiKeysTests : AccessFixture
{
    [TestCase("createdAt")]
    [TestCase("-createdAt")]
    [TestCase("name")]
    [TestCase("-name")]
    [TestCase("lastUsedAt")]
    [TestCase("-lastUsedAt")]
    [TestCase("expiresAt")]
    [TestCase("-expiresAt")]
    public async Task Get_PageByPage_ShowsEveryKeyOnceInOrder(string sort)
    {
        var consumer = await NewConsumerAsync();
        for (var i = 0; i < 7; i++)
        {
            var key = (await NewKeyAsync(consumer)).Id;
            if (i % 2 == 0)
            {
                await Admin.PatchAsync($"/api/v1/keys/{key}", new { expiresAt = $"209{i}-01-01T00:00:00Z" });
                await Database.ExecuteAsync($"UPDATE access.api_keys SET last_used_at = now() - interval '{i} hours' WHERE name = '{(await Admin.GetAsync($"/api/v1/keys/{key}")).Data["name"]}'");
            }
        }

        var seen = new List<(string Id, string? Value)>();
        string? cursor = null;
        do
        {
            var page = (await Admin.GetAsync($"/api/v1/consumers/{consumer}/keys?limit=2&sort={sort}" + (cursor is null ? "" : $"&cursor={cursor}"))).Is(HttpStatusCode.OK);
            page.Body["data"]!.AsArray().Count.Should().BeLessThanOrEqualTo(2);
            seen.AddRange(page.Body["data"]!.AsArray().Select(k => (k!["id"]!.ToString(), k[sort.TrimStart('-')]?.ToString())));
            cursor = (string?)page.Body["pagination"]!["nextCursor"];
            page.Headers.ContainsKey("Link").Should().Be(cursor is not null);
        }
        while (cursor is not null);

        seen.Select(s => s.Id).Should().OnlyHaveUniqueItems().And.HaveCount(7);
        var values = seen.Select(s => s.Value ?? "");
        var ordered = sort.StartsWith('-') ? values.OrderDescending(StringComparer.Ordinal) : values.Order(StringComparer.Ordinal);
        values.Should().Equal(ordered);
    }

    [Test]
    public async Task Get_Filters_NarrowTheList()
    {
        var consumer = await NewConsumerAsync("internal");
        var active = await NewKeyAsync(consumer);
        var disabled = await NewKeyAsync(consumer, "test");
        var revoked = await NewKeyAsync(consumer);
        var expired = await NewKeyAsync(consumer);
        await Admin.PostAsync($"/api/v1/keys/{disabled.Id}:disable");
        await Admin.PostAsync($"/api/v1/keys/{revoked.Id}:revoke");
        await Database.ExecuteAsync($"UPDATE access.api_keys SET expires_at = now() - interval '1 day' WHERE name = '{expired.Data["name"]}'");

        (await IdsAsync($"consumer={consumer}&status=active")).Should().Equal(active.Id);
        (await IdsAsync($"consumer={consumer}&status=disabled")).Should().Equal(disabled.Id);
        (await IdsAsync($"consumer={consumer}&status=revoked")).Should().Equal(revoked.Id);
        (await IdsAsync($"consumer={consumer}&status=expired")).Should().Equal(expired.Id);
        (await IdsAsync($"consumer={consumer}&environment=test")).Should().Equal(disabled.Id);
        (await IdsAsync($"segment=internal&q={Uri.EscapeDataString(active.Data["name"]!.ToString().ToUpperInvariant())}")).Should().Equal(active.Id);
        (await IdsAsync("segment=public")).Should().BeEmpty();
        (await IdsAsync("q=%25")).Should().BeEmpty("a percent sign is a character to look for, not a wildcard");
        (await IdsAsync("tier=tier_0123456789abcdefghjkmnpqrs")).Should().BeEmpty();
    }

    [TestCase("status=alive", "?status")]
    [TestCase("consumer=me", "?consumer")]
    [TestCase("limit=0", "?limit")]
    [TestCase("limit=201", "?limit")]
    [TestCase("sort=secret", "?sort")]
    [TestCase("colour=red", "?colour")]
    public async Task Get_MistakenParameter_Is400NamingIt(string query, string pointer) =>
        (await Admin.GetAsync("/api/v1/keys?" + query)).Is(HttpStatusCode.BadRequest).Pointers.Should().Contain(pointer);

    [TestCase("AAAA")]
    [TestCase("e30")]
    public async Task Get_ForeignCursor_Is400(string cursor) =>
        (await Admin.GetAsync("/api/v1/keys?cursor=" + cursor)).Is(HttpStatusCode.BadRequest).Code.Should().Be("cursor_mismatch");

    [Test]
    public async Task Get_CursorOfAnotherFilter_Is400()
    {
        await NewKeyAsync();
        await NewKeyAsync();
        var cursor = (string)(await Admin.GetAsync("/api/v1/keys?limit=1")).Body["pagination"]!["nextCursor"]!;

        (await Admin.GetAsync($"/api/v1/keys?limit=1&status=active&cursor={cursor}")).Is(HttpStatusCode.BadRequest).Code.Should().Be("cursor_mismatch");
    }

    private async Task<IEnumerable<string>> IdsAsync(string query) =>
        (await Admin.GetAsync("/api/v1/keys?" + query)).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Select(k => k!["id"]!.ToString());
}
