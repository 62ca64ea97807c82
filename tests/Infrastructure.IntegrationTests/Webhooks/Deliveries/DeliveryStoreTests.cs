using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A delivery belongs to whoever holds its lease; every write after that is fenced.</summary>
public sealed class DeliveryStoreTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Over = TimeSpan.FromMilliseconds(1);

    private DeliveryQueue _queue = null!;
    private DeliveryStore _store = null!;
    private SubscriptionId _endpoint;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        _store = new DeliveryStore(_queue.DataSource, TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [SetUp]
    public async Task EmptyAsync()
    {
        _endpoint = DeliveryQueue.NewSubscription();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.deliveries, webhooks.outcomes, webhooks.attempts, webhooks.fan_out, webhooks.events");
    }

    [Test]
    public async Task Claim_TwoAtOnce_ShareTheDeliveriesAndTakeNoneTwice()
    {
        await _queue.EnqueueAsync(_endpoint, 200);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClaimAsync(50, room: 1000)));

        claims.SelectMany(c => c).Select(l => l.Id).Should().OnlyHaveUniqueItems().And.HaveCount(200);
        claims.SelectMany(c => c).Should().OnlyContain(l => l.Body!.Length > 0 && l.EventType == "order.created" && l.Claims == 1);
    }

    [Test]
    public async Task Claim_OthersUnderWay_StaysBelowTheRoomOverAllNodes()
    {
        await _queue.EnqueueAsync(_endpoint, 20);

        (await ClaimAsync(8, room: 10)).Should().HaveCount(8);
        (await ClaimAsync(8, room: 10)).Should().HaveCount(2);
        (await ClaimAsync(8, room: 10)).Should().BeEmpty();
    }

    [Test]
    public async Task Claim_NotDueYet_TakesNothing()
    {
        await _queue.EnqueueAsync(_endpoint, 3, due: TimeSpan.FromMinutes(1));

        (await ClaimAsync(8)).Should().BeEmpty();
        (await _store.DueAsync(CancellationToken.None)).Should().BeEmpty();
    }

    [Test]
    public async Task Write_LeaseHolds_EndsTheDeliveryWithItsOutcomeAndAttempt()
    {
        await _queue.EnqueueAsync(_endpoint, 1);
        var lease = (await ClaimAsync(1)).Single();

        (await _queue.WriteAsync(DeliveryQueue.Delivered(lease))).Should().Be(1);

        (await _queue.CountAsync("deliveries")).Should().Be(0);
        (await _queue.CountAsync("outcomes WHERE outcome = 0 AND attempts = 1 AND last_status = 200 AND reason = 'delivered'")).Should().Be(1);
        (await _queue.CountAsync("attempts WHERE NOT late AND counted AND attempt = 1 AND started_at > now() - interval '1 minute'")).Should().Be(1);
    }

    [Test]
    public async Task Write_LeaseLostToAnother_ChangesNothingAndIsLoggedAsLate()
    {
        await _queue.EnqueueAsync(_endpoint, 4);
        var stale = await ClaimAsync(4, lease: Over);
        await ReclaimAsync(expected: 4);
        var owned = await ClaimAsync(2);

        var lost = stale.Where(s => owned.Any(o => o.Id == s.Id)).ToList();
        var written = await _queue.WriteAsync([DeliveryQueue.Retry(lost[0], TimeSpan.Zero), DeliveryQueue.Delivered(lost[1]), DeliveryQueue.Delivered(owned.Single(o => o.Id == lost[1].Id))]);

        written.Should().Be(1);
        (await _queue.CountAsync("deliveries")).Should().Be(3);
        (await _queue.CountAsync("attempts WHERE late")).Should().Be(2);
        (await _queue.CountAsync("outcomes")).Should().Be(1);
        (await _queue.WriteAsync(DeliveryQueue.Retry(owned.Single(o => o.Id == lost[0].Id), TimeSpan.Zero))).Should().Be(1);
        (await _queue.CountAsync("deliveries WHERE attempt = 1")).Should().Be(1, "the stale result counted nothing");
    }

    [Test]
    public async Task Write_LateSuccessWhileNobodyHoldsIt_EndsTheDelivery()
    {
        await _queue.EnqueueAsync(_endpoint, 2);
        var stale = await ClaimAsync(2, lease: Over);
        await ReclaimAsync(expected: 2);

        (await _queue.WriteAsync(DeliveryQueue.Delivered(stale[0]), DeliveryQueue.Retry(stale[1], TimeSpan.FromHours(1)))).Should().Be(0);

        (await _queue.CountAsync("deliveries WHERE lease_token IS NULL AND attempt = 0")).Should().Be(1);
        (await _queue.CountAsync("outcomes WHERE outcome = 0")).Should().Be(1);
        (await _queue.CountAsync("attempts WHERE late")).Should().Be(2);
    }

    // What is not used up: a pause that was asked for, a fault of the gateway's own. Not one is what was given back, and a 410 waits for somebody to act.
    [Test]
    public async Task Write_AttemptsNotUsedUp_RemembersSinceWhenUntilOneIs()
    {
        await _queue.EnqueueAsync(_endpoint, 1);
        var first = (await ClaimAsync(1)).Single();
        first.Uncounted.Should().Be(TimeSpan.Zero);
        await _queue.WriteAsync(Uncounted(first, AttemptClass.Throttled));
        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET uncounted_since = uncounted_since - interval '2 hours'");

        foreach (var next in (Func<DeliveryLease, DeliveryResult>[])[l => Uncounted(l, AttemptClass.Internal), l => DeliveryResult.Release(l, "held", TimeSpan.Zero)])
        {
            await WriteNextAsync(next);
            (await _queue.CountAsync("deliveries WHERE uncounted_since BETWEEN now() - interval '3 hours' AND now() - interval '1 hour'")).Should().Be(1, "it goes on");
        }

        await WriteNextAsync(l => DeliveryQueue.Retry(l, TimeSpan.Zero));
        (await _queue.CountAsync("deliveries WHERE uncounted_since IS NULL")).Should().Be(1, "one was used up");
        await WriteNextAsync(l => Uncounted(l, AttemptClass.Gone));
        (await _queue.CountAsync("deliveries WHERE uncounted_since IS NULL")).Should().Be(1);

        async Task WriteNextAsync(Func<DeliveryLease, DeliveryResult> result) => (await _queue.WriteAsync(result((await ClaimAsync(1)).Single()))).Should().Be(1);

        static DeliveryResult Uncounted(DeliveryLease lease, AttemptClass what) =>
            DeliveryQueue.Retry(lease, TimeSpan.Zero) with { Attempt = lease.Attempt, Counted = false, Report = DeliveryQueue.Report(what, null) };
    }

    [Test]
    public async Task Heartbeat_LeaseLost_ProlongsTheOthersAndTellsWhich()
    {
        await _queue.EnqueueAsync(_endpoint, 2);
        var leases = await ClaimAsync(2, lease: TimeSpan.FromSeconds(30));
        await _queue.Database.ExecuteAsync($"UPDATE webhooks.deliveries SET lease_token = lease_token + 1000 WHERE id = '{leases[0].Id.Value}'");

        var lost = await _store.HeartbeatAsync(leases, Long, CancellationToken.None);

        lost.Should().Equal(leases[0]);
        (await _queue.CountAsync("deliveries WHERE lease_until > now() + interval '50 s'")).Should().Be(1);
    }

    [Test]
    public async Task Reclaim_FifthClaimWithoutAnAttempt_Quarantines()
    {
        await _queue.EnqueueAsync(_endpoint, 1);
        for (var i = 1; i <= 4; i++)
        {
            (await ClaimAsync(1, lease: Over)).Should().ContainSingle().Which.Claims.Should().Be(i);
            await ReclaimAsync(expected: 1);
        }

        await ClaimAsync(1, lease: Over);
        Reclaimed ended = null!;
        await Eventually.TrueAsync(async () => (ended = await _store.ReclaimAsync(5, CancellationToken.None)).Poisoned.Count > 0, "the lease runs out");

        ended.Poisoned.Should().ContainSingle().Which.Subscription.Should().Be(_endpoint);
        (await _queue.CountAsync("deliveries")).Should().Be(0);
        (await _queue.CountAsync("outcomes WHERE outcome = 3 AND reason = 'claims'")).Should().Be(1);
    }

    [Test]
    public async Task ClaimFifo_OneUnderWay_WaitsForItAndGoesOnInOrder()
    {
        await _queue.EnqueueAsync(_endpoint, 5);
        var order = new List<DateTimeOffset>();
        for (var i = 0; i < 5; i++)
        {
            var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _store.ClaimFifoAsync([_endpoint], Long, CancellationToken.None)));
            var lease = claims.SelectMany(c => c).Should().ContainSingle("four nodes ask at once").Subject;
            order.Add(lease.EventCreatedAt);
            await _queue.WriteAsync(DeliveryQueue.Delivered(lease));
        }

        order.Should().BeInAscendingOrder();
        (await _store.ClaimFifoAsync([_endpoint], Long, CancellationToken.None)).Should().BeEmpty();
    }

    [Test]
    public async Task ClaimFifo_OlderEventNotFannedOutYet_Waits()
    {
        await _queue.EnqueueAsync(_endpoint, 1);
        await _queue.Database.ExecuteAsync("""
            INSERT INTO webhooks.fan_out (event_id, event_created_at, tenant_id)
            VALUES (gen_random_uuid(), now() - interval '1 minute', '00000000-0000-7000-8000-000000000001')
            """);

        (await _store.ClaimFifoAsync([_endpoint], Long, CancellationToken.None)).Should().BeEmpty();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.fan_out");
        (await _store.ClaimFifoAsync([_endpoint], Long, CancellationToken.None)).Should().ContainSingle();
    }

    [Test]
    public async Task Due_SeveralEndpointsAndLanes_NamesEachOnce()
    {
        var other = DeliveryQueue.NewSubscription();
        await _queue.EnqueueAsync(_endpoint, 30);
        await _queue.EnqueueAsync(_endpoint, 2, DeliveryLane.Replay);
        await _queue.EnqueueAsync(other, 1, DeliveryLane.Retry);
        await _queue.EnqueueAsync(DeliveryQueue.NewSubscription(), 3, due: TimeSpan.FromHours(1));

        var heads = await _store.DueAsync(CancellationToken.None);

        heads.Select(h => (h.Subscription, h.Lane)).Should().BeEquivalentTo([(_endpoint, DeliveryLane.Fresh), (_endpoint, DeliveryLane.Replay), (other, DeliveryLane.Retry)]);
    }

    [Test]
    public async Task EndWaiting_Some_EndsWhatIsDueLongEnough()
    {
        await _queue.EnqueueAsync(_endpoint, 3, due: TimeSpan.FromDays(-4));
        await _queue.EnqueueAsync(_endpoint, 2, due: TimeSpan.FromDays(-1));

        (await _store.EndWaitingAsync(_endpoint, DeliveryOutcome.Expired, "held", TimeSpan.FromDays(3), 100, CancellationToken.None)).Should().Be(3);

        (await _queue.CountAsync("outcomes WHERE outcome = 4 AND reason = 'held'")).Should().Be(3);
        (await _queue.CountAsync("deliveries")).Should().Be(2);
    }

    private async Task<IReadOnlyList<DeliveryLease>> ClaimAsync(int most, int room = 100, TimeSpan? lease = null) =>
        await _store.ClaimAsync([new ClaimRequest(_endpoint, DeliveryLane.Fresh, most, room)], lease ?? Long, CancellationToken.None);

    private async Task ReclaimAsync(int expected)
    {
        var back = 0;
        await Eventually.TrueAsync(async () => (back += (await _store.ReclaimAsync(5, CancellationToken.None)).Back.Count) == expected, "the leases run out");
    }
}
