using System.Net;
using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.KeyLifecycle;

/// <summary>What the request log tells of keys.</summary>
public class KeyHealthTests : AccessFixture
{
    private const int Proxied = 0;
    private const int Forbidden = 2;
    private const int Limited = 3;

    [Test]
    public async Task Compute_TrafficOfSeveralKinds_FindsEachAndTellsOfTheUnusual()
    {
        var limited = await KeyWithAsync((Proxied, 100, "198.51.100.7"), (Limited, 20, "198.51.100.7"));
        var refused = await KeyWithAsync((Proxied, 60, "198.51.100.7"), (Forbidden, 20, "198.51.100.7"));
        var fine = await KeyWithAsync((Proxied, 500, "198.51.100.7"), (Limited, 19, "198.51.100.7"));
        var moved = await KeyWithAsync((Proxied, 1, "203.0.113.9"), (Proxied, 1, "198.51.100.9"));
        await Database.ExecuteAsync($"INSERT INTO access.key_networks VALUES ('{moved}', '198.51.100.0/24', now() - interval '3 days', now() - interval '1 day')");
        var busy = await KeyWithAsync((Proxied, 300, "198.51.100.7"));
        await Database.ExecuteAsync($"INSERT INTO access.key_hours SELECT '{busy}', date_trunc('hour', now()) - make_interval(hours => h), 5, 0, 0 FROM generate_series(3, 100) h");

        await ComputeAsync();
        await ComputeAsync();

        (await ListAsync("often-limited")).Should().Equal(limited);
        (await ListAsync("many-refusals")).Should().Equal(refused);
        (await ListAsync("new-network")).Should().Equal(moved);
        (await ListAsync("spike")).Should().Equal(busy);
        (await HealthOfAsync(fine)).Should().Equal("never-used");
        (await AnomaliesAsync(moved)).Should().Be(1);
        (await AnomaliesAsync(busy)).Should().Be(1);
        (await AnomaliesAsync(limited)).Should().Be(0);

        // A key that was first used today has no habits yet.
        await SendAsync(fine, Proxied, 1, "192.0.2.1");
        await ComputeAsync();
        (await AnomaliesAsync(fine)).Should().Be(0);
        (await ListAsync("new-network")).Should().Equal(moved);

        // A finding goes when its reason does.
        await Database.ExecuteAsync("UPDATE access.key_hours SET limited = 0");
        await ComputeAsync();
        (await ListAsync("often-limited")).Should().BeEmpty();
    }

    // As the shipper stores what lay in its spool: in a place of the log that was read before, with a note.
    [Test]
    public async Task Compute_RowsThatArriveLate_CountOnce()
    {
        var key = await KeyWithAsync((Proxied, 7, "198.51.100.7"));
        await ComputeAsync();
        foreach (var age in new[] { "3 hours", "2 hours", "10 seconds" })
        {
            await LateAsync(key, 10, $"clock_timestamp() - interval '{age}'");
        }

        // Noted, and in a place that is still to be read.
        await LateAsync(key, 5, "clock_timestamp() + interval '15 seconds'");

        await ComputeAsync();
        (await CountedAsync(key)).Should().Be(37, "the last five have their place after what was read");
        await TestKit.Waiting.Eventually.TrueAsync(async () => !await ComputeAsync() && await CountedAsync(key) == 42, "their place is read", TimeSpan.FromSeconds(60));
        await ComputeAsync();

        (await CountedAsync(key)).Should().Be(42);
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM observability.request_log_late")).Should().Be(0);
        (await Database.QueryScalarAsync<bool>($"SELECT min(first_at) < now() - interval '2 hours' FROM access.key_networks WHERE api_key_id = '{key}'")).Should().BeTrue();
    }

    // Hours ago may be yesterday, whose partition the shipper would have made.
    private Task LateAsync(Guid key, int requests, string at) => Database.ExecuteAsync($"""
        SELECT observability.ensure_request_log_partition((({at}) AT TIME ZONE 'UTC')::date);
        WITH late AS (
            INSERT INTO observability.request_logs
                (at, duration_us, request_bytes, response_bytes, epoch, id, key_id, secret_version, status, outcome, client_ip, method, host, path, query, protocol)
            SELECT {at}, 1, 0, 0, 1, gen_random_uuid(), '{key}', 1, 200, 0, '198.51.100.7', 'GET', 'h', '/', '', 'HTTP/1.1' FROM generate_series(1, {requests})
            RETURNING at, key_id, outcome, client_ip)
        INSERT INTO observability.request_log_late (at, key_id, outcome, client_ip) SELECT * FROM late
        """);

    private Task<long> CountedAsync(Guid key) => Database.QueryScalarAsync<long>($"SELECT sum(requests)::bigint FROM access.key_hours WHERE api_key_id = '{key}'");

    [Test]
    public async Task Compute_AnotherNodeIsAtIt_LeavesItToThat()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "SELECT pg_advisory_xact_lock(hashtext('access.key_health'))";
            await hold.ExecuteNonQueryAsync();
        }

        (await ComputeAsync()).Should().BeFalse();
        await transaction.RollbackAsync();
    }

    private async Task<Guid> KeyWithAsync(params (int Outcome, int Requests, string Address)[] traffic)
    {
        var key = EntityId.TryParse<ApiKeyId>((await NewKeyAsync()).Id, out var id) ? id.Value : default;
        foreach (var (outcome, requests, address) in traffic)
        {
            await SendAsync(key, outcome, requests, address);
        }

        return key;
    }

    private Task SendAsync(Guid key, int outcome, int requests, string address) => Database.ExecuteAsync($"""
        INSERT INTO observability.request_logs
            (at, duration_us, request_bytes, response_bytes, epoch, id, key_id, secret_version, status, outcome, client_ip, method, host, path, query, protocol)
        SELECT clock_timestamp(), 1, 0, 0, 1, gen_random_uuid(), '{key}', 1, 200, {outcome}, '{address}', 'GET', 'h', '/', '', 'HTTP/1.1' FROM generate_series(1, {requests})
        """);

    private async Task<bool> ComputeAsync()
    {
        await using var scope = Gateway.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ComputeKeyHealth(TimeSpan.Zero));
    }

    private async Task<List<Guid>> ListAsync(string health) =>
        [.. (await Admin.GetAsync($"/api/v1/keys?health={health}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray()
            .Select(k => EntityId.TryParse<ApiKeyId>((string)k!["id"]!, out var id) ? id.Value : default)];

    private async Task<List<string>> HealthOfAsync(Guid key) =>
        [.. (await Admin.GetAsync($"/api/v1/keys/{new ApiKeyId(key)}")).Is(HttpStatusCode.OK).Data["health"]!.AsArray().Select(h => (string)h!["code"]!)];

    private Task<long> AnomaliesAsync(Guid key) => Database.QueryScalarAsync<long>(
        $"SELECT count(*) FROM webhooks.events WHERE type = 'key.anomaly' AND convert_from(payload, 'UTF8') LIKE '%{new ApiKeyId(key)}%'");
}
