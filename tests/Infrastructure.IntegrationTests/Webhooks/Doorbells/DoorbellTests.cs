using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Doorbells;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Doorbells;

/// <summary>What must hold whichever transport carries the doorbells.</summary>
[TestFixture(false, TestName = "InMemory")]
[TestFixture(true, TestName = "RabbitMq")]
public sealed class DoorbellTests(bool rabbitMq)
{
    private DeliveryQueue _queue = null!;
    private PrivateRabbitMq? _rabbit;
    private FakeEndpoints _endpoints = null!;

    private string[] Settings => [.. _rabbit?.Settings ?? []];

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        _queue = await DeliveryQueue.CreateAsync();
        _rabbit = rabbitMq ? await PrivateRabbitMq.StartAsync() : null;
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        await _queue.DisposeAsync();
        if (_rabbit is not null)
        {
            await _rabbit.DisposeAsync();
        }
    }

    [SetUp]
    public async Task EmptyAsync()
    {
        _endpoints = new FakeEndpoints();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.deliveries, webhooks.outcomes, webhooks.attempts, webhooks.fan_out, webhooks.events, webhooks.endpoint_state, webhooks.dispatchers");
    }

    [Test, Order(1)]
    public async Task Carrier_Messages_ReachTheirConsumers()
    {
        // Nobody looks at the queue by itself: only the message tells.
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, [.. Settings, "Webhooks:SweepMilliseconds=10000"]);
        var endpoint = _endpoints.Add();
        await node.Get<QueueWatch>().LookAsync(CancellationToken.None);
        await node.Get<QueueWatch>().StopAsync(CancellationToken.None);
        await _queue.EnqueueAsync(endpoint, 1);

        await Eventually.TrueAsync(
            () =>
            {
                node.Get<IDoorbellCarrier>().Send(new EndpointsDue([endpoint.Value], DeliveryLane.Fresh));
                return _endpoints.Of(endpoint).Count == 1;
            },
            "the endpoint is called because of the message",
            TimeSpan.FromSeconds(40));
        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 1, "it is delivered once");
    }

    [Test, Order(2)]
    public async Task Publish_TwoNodes_EveryEventArrivesOnce()
    {
        var endpoints = Enumerable.Range(0, 6).Select(_ => _endpoints.Add()).ToList();
        await using var one = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, Settings);
        await using var two = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, Settings);
        for (var i = 0; i < 20; i++)
        {
            await _queue.PublishAsync(5);
            one.Doorbell.RingFanOut();
        }

        await DeliveredAsync(600);
        _endpoints.Ledger.Select(r => r.Delivery).Should().OnlyHaveUniqueItems();
    }

    [Test, Order(3)]
    public async Task Broker_HangsThenDies_DeliveriesGoOnWithinTheLook()
    {
        var endpoints = Enumerable.Range(0, 6).Select(_ => _endpoints.Add()).ToList();
        await using var one = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, Settings);
        await using var two = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, Settings);
        await _queue.PublishAsync(10);
        await DeliveredAsync(60);

        _rabbit?.Freeze();
        await PublishAndRingAsync(one, expected: 120);
        _rabbit?.Kill();
        await PublishAndRingAsync(two, expected: 180);

        endpoints.Should().OnlyContain(e => _endpoints.Of(e).Count == 30);
    }

    [Test, Order(4)]
    public async Task Broker_BackAndWiped_CarriesAgain()
    {
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, [.. Settings, "Webhooks:SweepMilliseconds=10000"]);
        if (_rabbit is not null)
        {
            await _rabbit.RestartAsync(wiped: true);
        }

        await node.Get<QueueWatch>().LookAsync(CancellationToken.None);
        await node.Get<QueueWatch>().StopAsync(CancellationToken.None);
        var endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(endpoint, 1);
        await Eventually.TrueAsync(
            () =>
            {
                node.Get<IDoorbellCarrier>().Send(new EndpointsDue([endpoint.Value], DeliveryLane.Fresh));
                return _endpoints.Of(endpoint).Count == 1;
            },
            "the message arrives over queues that were made anew",
            TimeSpan.FromSeconds(40));
    }

    private async Task PublishAndRingAsync(DeliveryNode node, int expected)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            await _queue.PublishAsync(1);
            node.Doorbell.RingFanOut();
        }

        await DeliveredAsync(expected);
        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(12));
    }

    private Task DeliveredAsync(int count) => Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == count, $"{count} are delivered", TimeSpan.FromSeconds(60));
}
