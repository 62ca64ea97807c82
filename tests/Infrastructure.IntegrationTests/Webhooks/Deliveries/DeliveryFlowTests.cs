using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>From a committed event to what became of it.</summary>
public sealed class DeliveryFlowTests
{
    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;

    [OneTimeSetUp]
    public async Task CreateAsync() => _queue = await DeliveryQueue.CreateAsync();

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [SetUp]
    public async Task EmptyAsync()
    {
        _endpoints = new FakeEndpoints();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.deliveries, webhooks.outcomes, webhooks.attempts, webhooks.fan_out, webhooks.events, webhooks.endpoint_state, webhooks.dispatchers");
    }

    [Test]
    public async Task Publish_TwoSubscriptions_EachGetsEveryEventOnceWithItsBytes()
    {
        var (a, b) = (_endpoints.Add(), _endpoints.Add());
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        var events = await _queue.PublishAsync(100, payload: """{"type":"order.created","data":{"n":1}}""");
        await DeliveredAsync(200);

        foreach (var id in new[] { a, b })
        {
            _endpoints.Of(id).Select(r => r.Event.Value).Should().BeEquivalentTo(events);
            _endpoints.Of(id).Should().OnlyContain(r => r.Attempt == 1 && r.Body == """{"type":"order.created","data":{"n":1}}""");
        }

        (await _queue.CountAsync("deliveries")).Should().Be(0);
        (await _queue.CountAsync("fan_out")).Should().Be(0);
        (await _queue.CountAsync("attempts WHERE class = 0 AND NOT late")).Should().Be(200);
        await Eventually.TrueAsync(() => _endpoints.Verified.Distinct().Count() == 2, "both are verified");
    }

    [Test]
    public async Task Failing_ThenWell_IsRetriedByItsScheduleWithTheSameIdsAndBytes()
    {
        var tries = 0;
        var endpoint = _endpoints.Add(
            t => t with { Schedule = [TimeSpan.Zero, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500)] },
            (_, _) => Task.FromResult(FakeEndpoints.Report(Interlocked.Increment(ref tries) < 3 ? 500 : 200)));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(1);
        await DeliveredAsync(1);

        _endpoints.Of(endpoint).Select(r => r.Attempt).Should().Equal(1, 2, 3);
        _endpoints.Of(endpoint).Select(r => (r.Event, r.Delivery, r.Body)).Distinct().Should().ContainSingle();
        (await _queue.CountAsync("attempts WHERE next_reason = 'schedule' AND next_at > started_at AND counted")).Should().Be(2);
    }

    [Test]
    public async Task Failing_ToTheEnd_FailsAndTellsOncePerHour()
    {
        _endpoints.Add(t => t with { Schedule = [TimeSpan.Zero, TimeSpan.FromMilliseconds(20)] }, FakeEndpoints.Answer(500));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(3);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 1 AND reason = 'exhausted' AND attempts = 2") >= 3, "all fail");

        await Eventually.TrueAsync(async () => await _queue.CountAsync("events WHERE type = 'webhook.delivery.exhausted'") == 1, "it is told");
        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 1") >= 4, "what was told ends too");
        (await _queue.CountAsync("events WHERE type = 'webhook.delivery.exhausted'")).Should().Be(1);
    }

    [Test]
    public async Task Throttled_RetryAfter_PausesTheEndpointAndUsesUpNoAttempt()
    {
        var calls = 0;
        var endpoint = _endpoints.Add(
            t => t with { MaxConcurrency = 1 },
            (_, _) => Task.FromResult(Interlocked.Increment(ref calls) == 1 ? FakeEndpoints.Report(429, TimeSpan.FromSeconds(3)) : FakeEndpoints.Report(200)));
        var other = _endpoints.Add();
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(5);
        await Eventually.TrueAsync(() => _endpoints.Of(other).Count == 5 && _endpoints.Of(endpoint).Count >= 1, "the other goes on");
        _endpoints.Of(endpoint).Should().ContainSingle("everything of the endpoint waits");
        await DeliveredAsync(10);

        _endpoints.Of(endpoint).Should().OnlyContain(r => r.Attempt == 1).And.HaveCount(6);
        (await _queue.CountAsync("attempts WHERE class = 4 AND NOT counted AND next_reason = 'retry-after'")).Should().Be(1);
        (await _queue.CountAsync("endpoint_state WHERE not_before IS NOT NULL")).Should().Be(1);
        (await _queue.CountAsync($"""
            attempts a, webhooks.attempts p
            WHERE p.class = 4 AND a.class = 0 AND a.subscription_id = '{endpoint.Value}' AND a.started_at < p.started_at + interval '2 s'
            """)).Should().Be(0, "nothing goes out during the pause");
    }

    [Test]
    public async Task Gone_HoldsWhatWaitsAndGoesOnWhenItIsEnabled()
    {
        var endpoint = _endpoints.Add(t => t with { MaxConcurrency = 1 }, FakeEndpoints.Answer(410));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(10);
        await Eventually.TrueAsync(() => _endpoints.Disabled.ContainsKey(endpoint), "it is disabled");
        _endpoints.Disabled[endpoint].Should().Be(DisabledReason.Gone);
        await _queue.PublishAsync(5);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("deliveries WHERE lease_token IS NULL") == 15, "all are held");
        var seen = _endpoints.Of(endpoint).Count;
        await Eventually.TrueAsync(() => _endpoints.Disablings == seen, "each of those who answered has had its effect");

        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET next_at = now()");
        _endpoints.Script(endpoint, FakeEndpoints.Answer(200));
        _endpoints.Change(endpoint, t => t with { Enabled = true });
        await DeliveredAsync(15);

        _endpoints.Of(endpoint).Should().HaveCount(seen + 15);
    }

    // In order, the endpoint as a whole waits after a 410: enabling ends that wait, its minute notwithstanding.
    [Test]
    public async Task Gone_InOrder_GoesOnAsSoonAsItIsEnabled()
    {
        var endpoint = _endpoints.Add(t => t with { Order = DeliveryOrder.Fifo }, FakeEndpoints.Answer(410));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.PublishAsync(3);
        await Eventually.TrueAsync(() => _endpoints.Disabled.ContainsKey(endpoint), "it is disabled");
        await Eventually.TrueAsync(async () => await _queue.CountAsync($"endpoint_state WHERE subscription_id = '{endpoint.Value}' AND not_before > now()") == 1, "it waits");

        _endpoints.Script(endpoint, FakeEndpoints.Answer(200));
        _endpoints.Change(endpoint, t => t with { Enabled = true, Version = t.Version + 2 });

        await DeliveredAsync(3);
        _endpoints.Of(endpoint).Should().HaveCount(4);
    }

    [Test]
    public async Task Failing_ForDays_WarnsThenDisablesAndOneSuccessResets()
    {
        var status = 500;
        var endpoint = _endpoints.Add(t => t with { Schedule = [.. Enumerable.Repeat(TimeSpan.Zero, 50)], MaxConcurrency = 1 }, (_, _) => Task.FromResult(FakeEndpoints.Report(Volatile.Read(ref status))));
        await using (var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints))
        {
            await _queue.PublishAsync(1);
            await Eventually.TrueAsync(async () => await _queue.CountAsync("endpoint_state WHERE failures >= 3") == 1, "failures are counted");
            _endpoints.Change(endpoint, t => t with { Enabled = false });
            await Eventually.TrueAsync(() => node.Board.InFlight == 0, "nothing is under way");
        }

        // A day later, by the database: another node learns of it and warns; after five days it warns for the last time, and disables a day later.
        await AgeAsync(endpoint, "25 hours", failures: 10, warned: 0);
        await RunOnceMoreAsync(endpoint, () => _queue.CountAsync("events WHERE type = 'webhook.endpoint.failing' AND convert_from(payload, 'UTF8') LIKE '%\"hours\":24%'"), 1);
        await AgeAsync(endpoint, "6 days", failures: 25, warned: 1);
        await RunOnceMoreAsync(endpoint, () => _queue.CountAsync("events WHERE type = 'webhook.endpoint.failing' AND convert_from(payload, 'UTF8') LIKE '%\"hours\":72%'"), 1);
        _endpoints.Disabled.Should().BeEmpty("the last warning leaves a day");
        await AgeAsync(endpoint, "6 days", failures: 25, warned: 2);
        await RunOnceMoreAsync(endpoint, () => Task.FromResult((long)_endpoints.Disabled.Count), 1);
        _endpoints.Disabled[endpoint].Should().Be(DisabledReason.Failing);

        Volatile.Write(ref status, 200);
        await AgeAsync(endpoint, "6 days", failures: 25, warned: 2);
        await RunOnceMoreAsync(endpoint, () => _queue.CountAsync("endpoint_state WHERE failures = 0 AND first_failure_at IS NULL AND last_success_at IS NOT NULL"), 1);
    }

    // All of the record: the node before forgets it if it comes to see that the endpoint is disabled, and may have opened the breaker.
    private async Task AgeAsync(SubscriptionId endpoint, string age, int failures, int warned) => await _queue.Database.ExecuteAsync($"""
        UPDATE webhooks.endpoint_state
        SET first_failure_at = now() - interval '{age}', last_success_at = NULL, failures = {failures}, warned = {warned}, breaker_state = 0, consecutive_opens = 0, open_until = NULL, not_before = NULL
        WHERE subscription_id = '{endpoint.Value}'
        """);

    private async Task RunOnceMoreAsync(SubscriptionId endpoint, Func<Task<long>> count, long expected)
    {
        _endpoints.Change(endpoint, t => t with { Enabled = true });
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET next_at = now()");
        await Eventually.TrueAsync(async () => await count() == expected, "the record has its effect");
        _endpoints.Change(endpoint, t => t with { Enabled = false });
    }

    [Test]
    public async Task Scope_TakenAway_DiscardsAndSaysWhy()
    {
        var endpoint = _endpoints.Add();
        _endpoints.Forbidden["order.created"] = true;
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(3);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 2 AND reason = 'scope'") == 3, "they are discarded");

        _endpoints.Of(endpoint).Should().BeEmpty();
    }

    [Test]
    public async Task Subscription_Deleted_DiscardsWhatWaits()
    {
        var endpoint = _endpoints.Add(t => t with { Enabled = false });
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.PublishAsync(4);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("deliveries") == 4, "they are held");

        _endpoints.Remove(endpoint);

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 2 AND reason = 'subscription-deleted'") == 4, "they are discarded");
    }

    [Test]
    public async Task Sender_Breaks_QuarantinesThatOneAndTheOthersFlow()
    {
        var poison = new EventId((await _queue.PublishAsync(1)).Single());
        var endpoint = _endpoints.Add(script: (message, _) => message.EventId == poison ? throw new InvalidOperationException("a defect") : Task.FromResult(FakeEndpoints.Report(200)));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.PublishAsync(20);

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 3 AND reason = 'fault'") == 1, "it is quarantined");

        _endpoints.Of(endpoint).Count(r => r.Event == poison).Should().Be(5);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") >= 20, "the others flow");
        await Eventually.TrueAsync(async () => await _queue.CountAsync("events WHERE type = 'webhook.delivery.quarantined'") == 1, "it is told");
    }

    [Test]
    public async Task Replay_Enqueued_SendsTheSameEventAgainInItsLane()
    {
        var endpoint = _endpoints.Add();
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.PublishAsync(1);
        await DeliveredAsync(1);
        var stored = await EventAsync();

        var made = await ReplayAsync(node, endpoint, stored);
        await DeliveredAsync(2);
        var again = await ReplayAsync(node, endpoint, stored);
        await DeliveredAsync(3);

        made.Should().ContainSingle();
        again.Should().ContainSingle();
        _endpoints.Of(endpoint).Select(r => r.Event).Distinct().Should().ContainSingle();
        (await _queue.CountAsync("outcomes WHERE trigger = 1 AND replay_no IN (1, 2)")).Should().Be(2);
    }

    private async Task<(EventId Id, DateTimeOffset At)> EventAsync()
    {
        await using var command = _queue.DataSource.CreateCommand("SELECT id, created_at FROM webhooks.events");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (new EventId(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1));
    }

    private static async Task<IReadOnlyList<DeliveryId>> ReplayAsync(DeliveryNode node, SubscriptionId endpoint, (EventId Id, DateTimeOffset At) stored)
    {
        await using var scope = node.Services.CreateAsyncScope();
        var deliveries = scope.ServiceProvider.GetRequiredService<IDeliveries>();
        var made = await deliveries.EnqueueAsync(
            [new Replay(Domain.SharedKernel.TenantId.Default, stored.Id, stored.At, endpoint, DeliveryTrigger.Resend, null, null)], CancellationToken.None);
        deliveries.Ring([endpoint]);
        return made;
    }

    private Task DeliveredAsync(int count) => Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == count, $"{count} are delivered");
}
