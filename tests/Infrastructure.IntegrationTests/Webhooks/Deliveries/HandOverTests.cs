using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A node joins and takes endpoints over: who had them lets go of them, and of what it remembers.</summary>
public sealed class HandOverTests
{
    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;
    private DeliveryNode _node = null!;
    private SubscriptionId _endpoint;

    [OneTimeSetUp]
    public async Task CreateAsync() => _queue = await DeliveryQueue.CreateAsync();

    [OneTimeTearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [SetUp]
    public async Task MeetAsync()
    {
        _endpoints = new FakeEndpoints();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.deliveries, webhooks.outcomes, webhooks.attempts, webhooks.fan_out, webhooks.events, webhooks.endpoint_state, webhooks.dispatchers");
        _node = DeliveryNode.Create(_queue.DataSource, _endpoints);
        _endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(_endpoint, 50);
        await LookAsync();
        _node.Board.Adopt([_endpoint], []);
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Look_EndpointIsAnothersWithAttemptsUnderWay_ClaimsNothingMoreForIt()
    {
        var reservation = Reserve();
        await JoinAsync();

        await LookAsync();
        _node.Board.Settle(reservation, reservation.Lanes);

        _node.Board.TryNext(Now, out _).Should().BeFalse("what waits is the other node's");
        Release(reservation);
        _node.Board.TryNext(Now, out _).Should().BeFalse();
    }

    [Test]
    public async Task Look_LastAttemptOfAnothersEndpointEnded_ForgetsIt()
    {
        var reservation = Reserve();
        _node.Board.Settle(reservation, reservation.Lanes);
        await JoinAsync();
        await LookAsync();
        _node.Board.Knows(_endpoint).Should().BeTrue("attempts are under way");

        Release(reservation);
        await LookAsync();

        _node.Board.Knows(_endpoint).Should().BeFalse();
    }

    [Test]
    public async Task Look_AnothersEndpointHasAStateToStore_StoresItFirst()
    {
        _node.Board.Update(Next(), e =>
        {
            e.Health = e.Health with { Failures = 7 };
            return (0, true);
        });
        await JoinAsync();

        await LookAsync();
        await LookAsync();

        _node.Board.Knows(_endpoint).Should().BeFalse();
        (await _queue.CountAsync("endpoint_state WHERE failures = 7")).Should().Be(1);
    }

    private DateTimeOffset Now => _node.Get<DatabaseClock>().Now;

    private Task LookAsync() => _node.Get<QueueWatch>().LookAsync(CancellationToken.None);

    private Endpoint Next() => _node.Board.TryNext(Now, out var endpoint) ? endpoint : throw new InvalidOperationException("It is due.");

    private Reservation Reserve() => _node.Board.Reserve(Next(), FakeEndpoints.NewTarget(_endpoint), Now) ?? throw new InvalidOperationException("There are slots.");

    private void Release(Reservation reservation)
    {
        for (var i = 0; i < reservation.Lanes[(int)DeliveryLane.Fresh]; i++)
        {
            _node.Board.Release(reservation.Endpoint, DeliveryLane.Fresh);
        }
    }

    // A node that the hash gives the endpoint to.
    private async Task JoinAsync()
    {
        var (self, other) = (_node.Get<NodeCensus>().Self, Guid.CreateVersion7());
        while (NodeAssignment.IsMine(_endpoint, self, [self, other]))
        {
            other = Guid.CreateVersion7();
        }

        await _queue.Database.ExecuteAsync($"INSERT INTO webhooks.dispatchers (node_id, seen_at) VALUES ('{other}', clock_timestamp() + interval '1 minute')");
    }
}
