using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>One event to very many subscriptions, or very much that ends at once: the others do not wait for it.</summary>
public sealed class CrowdTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

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
    public void Board_AThousandBecameDueTogether_OthersTakeTurnsWithThem()
    {
        var board = new EndpointBoard(slots: 100);
        var crowd = Mark(board, 1_000, crowd: true);
        var others = Mark(board, 3, crowd: false);

        var next = Enumerable.Range(0, 6).Select(_ => Take(board)).ToList();

        next.Where(others.Contains).Should().Equal(others);
        next.Where(crowd.Contains).Should().Equal(crowd.Take(3), "the crowd goes on as well");
    }

    [Test]
    public void Board_OneOfTheCrowdIsRungForByItself_StandsWithTheOthers()
    {
        var board = new EndpointBoard(slots: 100);
        var crowd = Mark(board, 1_000, crowd: true);
        board.Mark(crowd[700], DeliveryLane.Fresh);

        Enumerable.Range(0, 2).Select(_ => Take(board)).Should().Contain(crowd[700]);
        Enumerable.Range(0, 998).Select(_ => Take(board)).Should().BeEquivalentTo(crowd.Except([crowd[0], crowd[700]]), "each is looked at once");
        board.TryNext(Now, out _).Should().BeFalse();
    }

    // While no slot is free, each look at the queue finds it due again.
    [TestCase(false)]
    [TestCase(true)]
    public void Board_OneWithoutASlotIsFoundDueAgainAndAgain_WaitsForASlotOnce(bool crowd)
    {
        var board = new EndpointBoard(slots: 10);
        var busy = Mark(board, 1, crowd)[0];
        var reservation = Reserve(board)!;
        board.Settle(reservation, reservation.Lanes);
        Take(board).Should().Be(busy);
        var first = Mark(board, 1, crowd)[0];
        for (var look = 0; look < 5; look++)
        {
            board.Mark(first, DeliveryLane.Fresh, crowd);
            Reserve(board).Should().BeNull("no slot is free");
        }

        var second = Mark(board, 1, crowd)[0];
        Reserve(board).Should().BeNull();

        board.Release(reservation.Endpoint, DeliveryLane.Fresh);

        new[] { Take(board), Take(board), Take(board) }.Should().BeEquivalentTo([busy, first, second], "a slot that gets free is for the two that wait longest");
        board.TryNext(Now, out _).Should().BeFalse();
    }

    [Test]
    public async Task FanOut_EventToMany_OtherEventsHaveTheirPagesBetween()
    {
        for (var i = 0; i < 25; i++)
        {
            _endpoints.Add();
        }

        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints, "Webhooks:FanOutPage=10");
        var worker = node.Get<FanOutWorker>();
        var first = (await _queue.PublishAsync(1))[0];
        var second = (await _queue.PublishAsync(1))[0];

        await worker.WorkAsync(CancellationToken.None);
        await worker.WorkAsync(CancellationToken.None);

        (await MadeAsync(first)).Should().Be(10);
        (await MadeAsync(second)).Should().Be(10);
        while (await worker.WorkAsync(CancellationToken.None))
        {
        }

        (await MadeAsync(first)).Should().Be(25);
        (await MadeAsync(second)).Should().Be(25);
    }

    [Test]
    public async Task Endpoint_DeletedWithABacklog_EndsItBesideTheOthers()
    {
        var gone = _endpoints.Add();
        var healthy = _endpoints.Add();
        await _queue.EnqueueAsync(gone, 2_500);
        _endpoints.Remove(gone);
        await using (var connection = await _queue.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // What ends a delivery waits for this, and looks at the queue do; claims do not.
            await using var command = connection.CreateCommand();
            command.CommandText = "LOCK TABLE webhooks.outcomes IN EXCLUSIVE MODE";
            await command.ExecuteNonQueryAsync();
            await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
            node.Doorbell.Ring([gone], DeliveryLane.Fresh);
            await Eventually.TrueAsync(
                async () => await _queue.Database.QueryScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'WITH gone AS%'") > 0,
                "the end waits");

            await _queue.EnqueueAsync(healthy, 5);
            node.Doorbell.Ring([healthy], DeliveryLane.Fresh);

            await Eventually.TrueAsync(() => _endpoints.Of(healthy).Count == 5, "the other endpoint is called");
            await transaction.RollbackAsync();
            await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE reason = 'subscription-deleted'") == 2_500, "the rest ends");
        }
    }

    private static List<SubscriptionId> Mark(EndpointBoard board, int count, bool crowd)
    {
        var ids = Enumerable.Range(0, count).Select(_ => DeliveryQueue.NewSubscription()).ToList();
        ids.ForEach(id => board.Mark(id, DeliveryLane.Fresh, crowd));
        board.Adopt(ids, []);
        return ids;
    }

    private static SubscriptionId Take(EndpointBoard board) => board.TryNext(Now, out var endpoint) ? endpoint.Id : default;

    private static Reservation? Reserve(EndpointBoard board) => board.TryNext(Now, out var endpoint) ? board.Reserve(endpoint, FakeEndpoints.NewTarget(endpoint.Id), Now) : throw new InvalidOperationException("It is due.");

    private Task<long> MadeAsync(Guid @event) => _queue.CountAsync($"deliveries WHERE event_id = '{@event}'");
}
