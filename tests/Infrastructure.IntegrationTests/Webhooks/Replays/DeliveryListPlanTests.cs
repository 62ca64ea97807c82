using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Replays;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Replays;

/// <summary>A page of a tenant's deliveries costs what a page has, however much waits and however much has ended.</summary>
public sealed class DeliveryListPlanTests
{
    private const int Waiting = 200_000, Ended = 50_000;

    private DeliveryQueue _queue = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        await _queue.Database.ExecuteAsync($"""
            INSERT INTO webhooks.deliveries (id, event_id, event_created_at, tenant_id, subscription_id, created_at, event_type)
            SELECT gen_random_uuid(), gen_random_uuid(), now(), '00000000-0000-7000-8000-000000000001', gen_random_uuid(), now() - i * interval '1 ms', 'a.b' FROM generate_series(1, {Waiting}) AS i;
            INSERT INTO webhooks.outcomes (finished_at, created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
            SELECT now() - i * interval '1 ms', now(), now(), gen_random_uuid(), gen_random_uuid(), '00000000-0000-7000-8000-000000000001', gen_random_uuid(), 1, 0, 0, 0, 'a.b', 'delivered' FROM generate_series(1, {Ended}) AS i;
            ANALYZE webhooks.deliveries, webhooks.outcomes
            """);
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [TestCase(null)]
    [TestCase(DeliveryState.Waiting)]
    [TestCase(DeliveryState.Delivered)]
    public async Task List_OfATenant_ReadsPagesAndNoTable(DeliveryState? state)
    {
        // As a request of the tenant's asks; the gateway itself sees all tenants, and lists none.
        await using var context = new DataHubDbContext(new DbContextOptionsBuilder<DataHubDbContext>().UseNpgsql(_queue.DataSource).Options, new WriteContext { Actor = Actor.Anonymous });
        var reader = new DeliveryReader(context, _queue.DataSource);
        var before = await ReadAsync();
        string? cursor = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 0; page < 5; page++)
        {
            var found = await reader.ListAsync(new DeliveryFilter(null, null, null, state, null, null, null), new ListRequest(50, cursor, null, null), CancellationToken.None);
            found.Items.Should().HaveCount(50).And.OnlyContain(d => state == null || d.State == state);
            seen.UnionWith(found.Items.Select(d => d.Id));
            cursor = found.NextCursor;
        }

        seen.Should().HaveCount(250);
        (await ReadAsync() - before).Should().BeLessThan(5_000, "five pages of fifty");
    }

    // Rows that scans of any kind have read; what a session read is told when it ends.
    private async Task<long> ReadAsync()
    {
        NpgsqlConnection.ClearAllPools();
        return await _queue.Database.QueryScalarAsync<long>("""
            SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE schemaname = 'webhooks' AND (relname = 'deliveries' OR relname ~ '^outcomes_\d')
            """);
    }
}
