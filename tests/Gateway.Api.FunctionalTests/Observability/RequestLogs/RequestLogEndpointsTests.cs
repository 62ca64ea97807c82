using System.Net;
using System.Text.Json;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Observability.RequestLogs;
using DataHub.Domain.Routing.Routes;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Observability.RequestLogs;

/// <summary>HTTP in, rows out.</summary>
public sealed class RequestLogEndpointsTests
{
    private static readonly Guid OtherKey = Guid.Parse("01890000-0000-7000-8000-0000000000ff");

    private static readonly Guid RenamedRoute = Guid.Parse("01890000-0000-7000-8000-0000000000fe");

    private TestDatabase _database = null!;
    private ObservabilityHost _host = null!;
    private List<RequestRecord> _records = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _host = await ObservabilityHost.StartAsync(_database);
        _host.Snapshot.Load();
        _records = [.. Enumerable.Range(0, 60).Select(Record)];
        var log = _host.Services.GetRequiredService<IRequestLog>();
        _records.ForEach(log.Write);
        await Eventually.TrueAsync(async () => (await _database.QueryScalarAsync<long>("SELECT count(*) FROM observability.request_logs")) == _records.Count, "all rows are stored");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    // Three requests share each instant, and the walk crosses midnight: neither order nor partitions may lose or repeat a row.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    [TestCase(200)]
    public async Task List_WalkedByCursor_ShowsEachRowOnceLatestFirst(int limit)
    {
        var seen = new List<(DateTimeOffset At, string Id)>();
        var next = $"/api/v1/logs?limit={limit}";
        while (next is not null && seen.Count <= _records.Count)
        {
            using var answer = await _host.Client.GetAsync(next);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            var body = await JsonOf(answer);
            seen.AddRange(body.GetProperty("data").EnumerateArray().Select(e => (e.GetProperty("at").GetDateTimeOffset(), e.GetProperty("id").GetString()!)));
            var more = body.GetProperty("pagination").GetProperty("hasMore").GetBoolean();
            answer.Headers.Contains("Link").Should().Be(more);
            next = more ? answer.Headers.GetValues("Link").Single().Split('>')[0][1..] : null;
        }

        seen.Should().HaveCount(_records.Count).And.OnlyHaveUniqueItems();
        seen.Should().Equal(seen.OrderByDescending(s => s.At).ThenByDescending(s => s.Id, StringComparer.Ordinal));
    }

    private static IEnumerable<TestCaseData> Filters()
    {
        yield return Case("status=429", r => r.Status == 429);
        yield return Case("status=4xx", r => r.Status is >= 400 and < 500);
        yield return Case("status=2xx", r => r.Status is >= 200 and < 300);
        yield return Case("outcome=rate_limited", r => r.Outcome == RequestOutcome.RateLimited);
        yield return Case("outcome=rate-limited", r => r.Outcome == RequestOutcome.RateLimited);
        yield return Case("outcome=proxied", r => r.Outcome == RequestOutcome.Proxied);
        yield return Case("route=" + new RouteId(RequestRecords.RouteId), r => r.RouteId == RequestRecords.RouteId);
        yield return Case("api=orders", r => r.Api == "orders");
        yield return Case("key=" + new ApiKeyId(OtherKey), r => r.KeyId == OtherKey);
        yield return Case("consumer=" + new ConsumerId(RequestRecords.ConsumerId), r => r.ConsumerId == RequestRecords.ConsumerId);
        yield return Case("subject=bob%20%26%20co", r => r.Subject == "bob & co");
        yield return Case("issuer=" + new TokenIssuerId(RequestRecords.IssuerId), r => r.IssuerId == RequestRecords.IssuerId);
        yield return Case("subject=Alice", _ => false);
        yield return Case("method=DELETE", r => r.Method == "DELETE");
        yield return Case("method=delete&status=429", r => r.Method == "DELETE" && r.Status == 429);
        yield return Case("pathPrefix=/gateway/orders/v1/orders/1", r => r.Path.StartsWith("/gateway/orders/v1/orders/1", StringComparison.Ordinal));
        yield return Case("pathPrefix=/100%25_a", r => r.Path.StartsWith("/100%_a", StringComparison.Ordinal));
        yield return Case("pathPrefix=/long/" + new string('x', 100), r => r.Path.StartsWith("/long/", StringComparison.Ordinal));
        yield return Case("pathPrefix=/long/" + new string('x', 100) + "y", _ => false);
        yield return Case("minLatencyMs=250", r => r.DurationMicros >= 250_000);
        yield return Case("minLatencyMs=1.8", r => r.DurationMicros >= 1800);
        yield return Case("from=2026-03-01T00:00:00Z", r => r.At >= new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        yield return Case("to=2026-03-01T01:00:00%2B01:00", r => r.At < new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        yield return Case("q=/gateway/orders/v1/orders/2", r => r.Path.StartsWith("/gateway/orders/v1/orders/2", StringComparison.Ordinal));
        yield return Case("q=" + new ApiKeyId(OtherKey), r => r.KeyId == OtherKey);
        yield return Case("api=renamed-later", r => r.Api == "renamed-later");
        yield return Case("api=renamed", r => r.Api == "renamed");
        yield return Case("api=renamed-between&from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:05Z", r => r.Api == "renamed-between");
        yield return Case("api=none", _ => false);

        static TestCaseData Case(string query, Func<RequestRecord, bool> expected) => new(query, expected);
    }

    [TestCaseSource(nameof(Filters))]
    public async Task List_Filtered_ShowsExactlyTheMatches(string query, Func<RequestRecord, bool> expected)
    {
        var body = await GetAsync("/api/v1/logs?limit=200&" + query);

        body.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("id").GetString())
            .Should().BeEquivalentTo(_records.Where(expected).Select(r => new RequestId(r.Id).ToString()));
    }

    [TestCase("status=42", "?status")]
    [TestCase("status=9xx", "?status")]
    [TestCase("outcome=fine", "?outcome")]
    [TestCase("issuer=corp", "?issuer")]
    [TestCase("key=rte_01kakz7v9w3m8q2r5t6y7v8w9x", "?key")]
    [TestCase("route=none", "?route")]
    [TestCase("requestId=abc", "?requestId")]
    [TestCase("from=2026-03-01", "?from")]
    [TestCase("from=2026-03-01T00:00:00", "?from")]
    [TestCase("to=tomorrow", "?to")]
    [TestCase("minLatencyMs=-1", "?minLatencyMs")]
    [TestCase("minLatencyMs=NaN", "?minLatencyMs")]
    [TestCase("pathPrefix=gateway", "?pathPrefix")]
    [TestCase("q=hello", "?q")]
    [TestCase("sort=at", "?sort")]
    [TestCase("sort=status", "?sort")]
    [TestCase("limit=0", "?limit")]
    [TestCase("nonsense=1", "?nonsense")]
    public async Task List_BadParameter_NamesIt(string query, string pointer)
    {
        using var answer = await _host.Client.GetAsync("/api/v1/logs?" + query);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var body = await JsonOf(answer);
        body.GetProperty("code").GetString().Should().Be("invalid_query");
        body.GetProperty("errors")[0].GetProperty("pointer").GetString().Should().Be(pointer);
    }

    [Test]
    public async Task List_CursorOfOtherFilters_IsRefused()
    {
        var cursor = (await GetAsync("/api/v1/logs?limit=1")).GetProperty("pagination").GetProperty("nextCursor").GetString();

        using var answer = await _host.Client.GetAsync($"/api/v1/logs?limit=1&status=429&cursor={cursor}");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await JsonOf(answer)).GetProperty("code").GetString().Should().Be("cursor_mismatch");
    }

    [Test]
    public async Task Read_RefusedRequest_TellsWhichLimitDecided()
    {
        var refused = _records.First(r => r.Outcome == RequestOutcome.RateLimited);

        var entry = (await GetAsync("/api/v1/logs/" + new RequestId(refused.Id))).GetProperty("data");

        entry.GetProperty("status").GetInt32().Should().Be(429);
        entry.GetProperty("origin").GetString().Should().Be("gateway");
        entry.GetProperty("problem").GetProperty("code").GetString().Should().Be("rate_limit_exceeded");
        entry.GetProperty("problem").GetProperty("violated-policies")[0].GetString().Should().Be("minute");
        var decisions = entry.GetProperty("decisions").EnumerateArray().ToList();
        decisions.Select(d => d.GetProperty("step").GetString()).Should().Equal("route", "authenticate", "limit", "limit");
        decisions[2].GetProperty("result").GetString().Should().Be("denied");
        decisions[2].GetProperty("policy").GetString().Should().Be("minute");
        decisions[2].GetProperty("limit").GetInt32().Should().Be(600);
        decisions[2].GetProperty("resetSeconds").GetInt32().Should().Be(23);
    }

    [TestCase("req_01kakz7v9w3m8q2r5t6y7v8w9x")]
    [TestCase("req_7zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [TestCase("key_01kakz7v9w3m8q2r5t6y7v8w9x")]
    public async Task Read_UnknownId_Is404(string id)
    {
        using var answer = await _host.Client.GetAsync("/api/v1/logs/" + id);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await JsonOf(answer)).GetProperty("code").GetString().Should().Be("not_found");
    }

    private static RequestRecord Record(int i)
    {
        var at = new DateTimeOffset(2026, 2, 28, 23, 59, 50, TimeSpan.Zero).AddSeconds(i / 3);
        var record = i % 4 == 1 ? RequestRecords.RateLimited(at) : RequestRecords.Proxied(at);
        record.Path = (i % 20) switch { 7 => "/100%_a", 8 => "/100xya", 9 => "/long/" + new string('x', 100), _ => $"/gateway/orders/v1/orders/{i}" };
        record.Method = i % 5 == 0 ? "DELETE" : "GET";
        record.DurationMicros = i % 6 == 0 ? 250_000 + i : 1500 + i * 10;
        if (i % 7 == 0)
        {
            (record.KeyId, record.Api, record.RouteId) = (OtherKey, "billing", OtherKey);
        }

        // The route stayed, and its API had three slugs in turn.
        if (i % 7 == 3)
        {
            (record.Api, record.RouteId) = (i switch { < 30 => "renamed-later", < 45 => "renamed-between", _ => "renamed" }, RenamedRoute);
        }

        return record;
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _host.Client.GetAsync(path);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await JsonOf(answer);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
