using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Replays;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Replays;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Replays;

/// <summary>Jobs, when the node that runs them is stopped dead at the commit of a page; and jobs when they have ended.</summary>
public sealed class ReplayFaultTests
{
    private const int Count = 1_700;

    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;

    [SetUp]
    public async Task CreateAsync() => (_queue, _endpoints) = (await DeliveryQueue.CreateAsync(), new FakeEndpoints());

    [TearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [TestCase(false, 500, "UPDATE webhooks.jobs", "COMMIT", TestName = "Job_NodeStoppedBeforeThePageCommits_GoesOnBehindTheLastPage")]
    [TestCase(true, 1_000, "UPDATE webhooks.jobs", "COMMIT", TestName = "Job_NodeStoppedAfterThePageCommitted_GoesOnBehindThatPage")]
    [TestCase(false, 500, "INSERT INTO webhooks.deliveries", TestName = "Job_NodeStoppedWithinThePage_GoesOnBehindTheLastPage")]
    public async Task Job_NodeStopped_GoesOn(bool afterwards, int stored, params string[] statements)
    {
        var subscription = _endpoints.Add();
        await FailedAsync(subscription);
        using var link = new DatabaseLink(_queue.Database.ConnectionString);
        var dead = Create(link.DataSource);
        (await dead.Get<ReplayRunner>().RunPageAsync(CancellationToken.None)).Should().BeTrue();

        link.CutAt(afterwards, statements);
        await FluentActions.Awaiting(() => dead.Get<ReplayRunner>().RunPageAsync(CancellationToken.None)).Should().ThrowAsync<Exception>();

        link.IsCut.Should().BeTrue();
        await Eventually.TrueAsync(async () => (await _queue.CountAsync("deliveries"), await DoneAsync()) == (stored, stored), "cursor and queue say the same");
        await using var other = Create(_queue.DataSource);
        await Eventually.TrueAsync(() => other.Get<ReplayRunner>().RunPageAsync(CancellationToken.None), "another takes the job");
        while (await other.Get<ReplayRunner>().RunPageAsync(CancellationToken.None))
        {
        }

        (await _queue.Database.QueryScalarAsync<string>("SELECT state FROM webhooks.jobs")).Should().Be("done");
        (await _queue.CountAsync("deliveries")).Should().Be(Count);
        (await _queue.Database.QueryScalarAsync<long>("SELECT count(DISTINCT event_id) FROM webhooks.deliveries")).Should().Be(Count);
        link.Mend();
        await dead.DisposeAsync();
    }

    [Test]
    public async Task Job_EndedBeforeTheRetention_LeavesTheList()
    {
        await _queue.Database.ExecuteAsync("""
            INSERT INTO webhooks.jobs (id, tenant_id, kind, filter, state, created_by, created_at, finished_at)
            SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'Ended', '{}', state, age::text, now() - interval '90 days', CASE WHEN age > 0 THEN now() - make_interval(days => age) END
            FROM (VALUES ('done', 29), ('done', 31), ('failed', 31), ('cancelled', 31), ('running', 0)) AS j(state, age)
            """);
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);

        await node.Get<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);

        (await _queue.Database.QueryScalarAsync<string>("SELECT string_agg(state || created_by, ',' ORDER BY state) FROM webhooks.jobs")).Should().Be("done29,running0");
        await using var shorter = DeliveryNode.Create(_queue.DataSource, _endpoints, "Webhooks:JobRetentionDays=28");
        await shorter.Get<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);
        (await _queue.CountAsync("jobs")).Should().Be(1, "one that runs stays however old it is");
    }

    private DeliveryNode Create(Npgsql.NpgsqlDataSource dataSource) => DeliveryNode.Create(dataSource, _endpoints, services =>
    {
        services.AddSingleton<ReplayRunner>();
        services.AddSingleton<IReplayContent, WholeEvents>();
    });

    private Task<long> DoneAsync() => _queue.Database.QueryScalarAsync<long>("SELECT done FROM webhooks.jobs");

    private Task FailedAsync(SubscriptionId subscription) => _queue.Database.ExecuteAsync($$"""
        WITH made AS (
            INSERT INTO webhooks.events (id, type, occurred_at, payload) SELECT gen_random_uuid(), 'a.b', now(), '{}' FROM generate_series(1, {{Count}}) RETURNING id, created_at, tenant_id)
        INSERT INTO webhooks.outcomes (finished_at, created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
        SELECT now(), now(), created_at, gen_random_uuid(), id, tenant_id, '{{subscription.Value}}', 1, 0, 1, 0, 'a.b', 'exhausted' FROM made;
        INSERT INTO webhooks.jobs (id, tenant_id, kind, filter, state, created_by)
        SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'Ended',
            jsonb_build_object('kind', 'ended', 'outcomes', jsonb_build_array('failed'), 'since', to_char(now() - interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'until', to_char(now() + interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), 'waiting', 'a test'
        """);

    private sealed class WholeEvents : IReplayContent
    {
        public ValueTask<SubscriptionMatch?> PrepareAsync(SubscriptionId id, StoredEvent stored, bool wanted, CancellationToken cancellationToken) =>
            ValueTask.FromResult<SubscriptionMatch?>(new SubscriptionMatch(id, null, null));
    }
}
