using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

/// <summary>Every list reads an index, and none sorts more than what it found by it. Figures for ten million rows stand in the README beside the SQL.</summary>
public sealed class RequestLogPlanTests
{
    private const int Rows = 200_000;

    // As in operation, partitions stand ready for days to come; an empty one is read as it is.
    private const string EmptyPartition = "request_logs_20260304";

    // Three days; 2% of the requests fail, keys and consumers are many, the last of each are rare.
    private const string Fill = """
        SELECT observability.ensure_request_log_partition(d::date) FROM generate_series('2026-03-01'::date, '2026-03-04'::date, '1 day') d;
        INSERT INTO observability.request_logs (at, duration_us, request_bytes, response_bytes, epoch, id, route_id, key_id, consumer_id, secret_version,
            status, outcome, method, host, path, query, protocol, api)
        SELECT '2026-03-01T00:00:00Z'::timestamptz + n * interval '1.2 seconds', 1000 + n % 90000 + (CASE WHEN n % 500 = 0 THEN 200000 ELSE 0 END), 0, 300, 1,
            md5(n::text)::uuid, ('00000000-0000-7000-8000-' || lpad((n % 20)::text, 12, '0'))::uuid,
            ('00000000-0000-7000-8000-' || lpad((n % 1000)::text, 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad((n % 300)::text, 12, '0'))::uuid, 1,
            CASE WHEN n % 100 = 7 THEN 429 WHEN n % 1000 = 8 THEN 502 WHEN n % 2000 = 9 THEN 304 ELSE 200 END,
            CASE WHEN n % 100 = 7 THEN 3 WHEN n % 1000 = 8 THEN 6 ELSE 0 END,
            CASE WHEN n % 3000 = 1 THEN 'DELETE' WHEN n % 5 = 0 THEN 'POST' ELSE 'GET' END, 'api.example.com',
            '/gateway/api' || n % 20 || '/items/' || n, '', 'HTTP/1.1', 'api' || n % 20
        FROM generate_series(0, 199999) n;
        ANALYZE observability.request_logs;
        """;

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await using var command = _database.DataSource.CreateCommand(Fill);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    private static IEnumerable<TestCaseData> Filters()
    {
        var day = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        RequestLogFilter[] single =
        [
            new(),
            new() { Status = 429 },
            new() { Status = 200 },
            new() { Status = 502 },
            new() { Status = 499 },
            new() { StatusClass = 2 },
            new() { StatusClass = 3 },
            new() { StatusClass = 4 },
            new() { StatusClass = 5 },
            new() { Outcome = RequestOutcome.RateLimited },
            new() { Outcome = RequestOutcome.Proxied },
            new() { Outcome = RequestOutcome.ClientClosed },
            new() { RouteId = Id(3) },
            new() { RouteId = Id(999_999) },
            new() { Api = "api3" },
            new() { Api = "none" },
            new() { KeyId = Id(42) },
            new() { KeyId = Id(999_999) },
            new() { ConsumerId = Id(7) },
            new() { Method = "DELETE" },
            new() { Method = "GET" },
            new() { Method = "PURGE" },
            new() { PathPrefix = "/gateway" },
            new() { PathPrefix = "/gateway/api3/items/4" },
            new() { PathPrefix = "/gateway/api3/items/40003" },
            new() { PathPrefix = "/nothing/" + new string('x', 200) },
            new() { MinDurationMicros = 250_000 },
            new() { MinDurationMicros = 50_000 },
            new() { RequestId = Guid.CreateVersion7(day) },
            new() { KeyId = Id(42), StatusClass = 4 },
            new() { KeyId = Id(42), PathPrefix = "/gateway/api2" },
            new() { Api = "api3", StatusClass = 5, Method = "GET" },
            new() { RouteId = Id(3), Outcome = RequestOutcome.RateLimited, MinDurationMicros = 100_000 },
            new() { ConsumerId = Id(7), Method = "DELETE" },
        ];
        foreach (var filter in single)
        {
            yield return new TestCaseData(filter, null).SetArgDisplayNames(Name(filter));
            yield return new TestCaseData(filter with { From = day, To = day.AddHours(6) }, null).SetArgDisplayNames(Name(filter) + " in six hours");
            yield return new TestCaseData(filter, new RequestLogPosition(day, Guid.CreateVersion7(day))).SetArgDisplayNames(Name(filter) + " next page");
        }

        static string Name(RequestLogFilter filter) => filter.Fingerprint().Replace('\u001f', ' ').Trim();
    }

    [TestCaseSource(nameof(Filters))]
    public async Task List_AnyFilter_ReadsAnIndexAndSortsNothingLarge(RequestLogFilter filter, RequestLogPosition? after)
    {
        var plan = await ExplainAsync(filter, after);

        var nodes = Flatten(plan).ToList();
        nodes.Should().NotContain(n => n.GetProperty("Node Type").GetString() == "Seq Scan" && n.GetProperty("Relation Name").GetString() != EmptyPartition, plan.GetRawText());
        nodes.Should().Contain(n => n.GetProperty("Node Type").GetString()!.Contains("Index") || n.GetProperty("Node Type").GetString() == "Result", plan.GetRawText());
        foreach (var sort in nodes.Where(n => n.GetProperty("Node Type").GetString() == "Sort"))
        {
            sort.GetProperty("Plans")[0].GetProperty("Plan Rows").GetDouble().Should().BeLessThan(Rows / 20d, plan.GetRawText());
        }
    }

    private async Task<JsonElement> ExplainAsync(RequestLogFilter filter, RequestLogPosition? after)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var command = RequestLogSql.List(filter, after, 51, new TenantScope(new WriteContext { Actor = Actor.Anonymous }).Condition());
        command.Connection = connection;
        command.CommandText = "EXPLAIN (FORMAT json) " + command.CommandText;
        using var document = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        return document.RootElement[0].GetProperty("Plan").Clone();
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement plan) =>
        plan.TryGetProperty("Plans", out var children) ? children.EnumerateArray().SelectMany(Flatten).Prepend(plan) : [plan];

    private static Guid Id(int number) => Guid.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"00000000-0000-7000-8000-{number:D12}"));
}
