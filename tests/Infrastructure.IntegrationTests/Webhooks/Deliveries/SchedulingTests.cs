using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>Who is called when: endpoints do not hold each other up.</summary>
public sealed class SchedulingTests
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
    public async Task Endpoint_HangsWithADeepBacklog_HoldsItsCapOnlyAndTheOthersGoOn()
    {
        var release = new TaskCompletionSource<AttemptReport>();
        var hanging = _endpoints.Add(script: async (_, token) => await release.Task.WaitAsync(token));
        await _queue.EnqueueAsync(hanging, 20_000);
        var healthy = Enumerable.Range(0, 5).Select(_ => _endpoints.Add()).ToList();
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:MaxInFlight=40");
        await Eventually.TrueAsync(() => _endpoints.Of(hanging).Count == 10, "it hangs");

        foreach (var endpoint in healthy)
        {
            await _queue.EnqueueAsync(endpoint, 200);
        }

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 1000, "the others are done", TimeSpan.FromSeconds(60));
        _endpoints.MostAtOnce[hanging].Should().Be(10);
        _endpoints.Of(hanging).Should().HaveCount(10);
        (await _queue.CountAsync("deliveries WHERE claims = 0")).Should().Be(19_990, "what waits is not touched");
        _endpoints.Change(hanging, t => t with { Enabled = false });
        release.SetResult(FakeEndpoints.Report(200));
    }

    [Test]
    public async Task Breaker_EndpointDown_OpensAndLetsOneProbeThroughWhenItsTimeIsOver()
    {
        var well = 0;
        var gate = new TaskCompletionSource();
        var endpoint = _endpoints.Add(t => t with { MaxConcurrency = 5, Schedule = [TimeSpan.Zero, TimeSpan.FromHours(1)] }, async (_, token) =>
        {
            if (Volatile.Read(ref well) == 0)
            {
                return FakeEndpoints.Report(0);
            }

            await gate.Task.WaitAsync(token);
            return FakeEndpoints.Report(200);
        });
        await _queue.EnqueueAsync(endpoint, 100);
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:SweepMilliseconds=10000");
        await Eventually.TrueAsync(() => node.Board.Breakers().Open == 1, "it opens");
        await Eventually.TrueAsync(() => node.Board.InFlight == 0, "what was under way ends");
        var tried = _endpoints.Of(endpoint).Count;
        tried.Should().BeInRange(10, 14);
        (await _queue.CountAsync("endpoint_state WHERE breaker_state = 1 AND open_until > now() + interval '20 s'")).Should().Be(1);
        (await _queue.CountAsync("deliveries WHERE attempt = 0")).Should().Be(100 - tried, "waiting uses up no attempt");

        Volatile.Write(ref well, 1);
        var clock = node.Get<DatabaseClock>();
        clock.Set(clock.Now + TimeSpan.FromSeconds(31));
        node.Doorbell.Ring([endpoint], DeliveryLane.Fresh);
        await Eventually.TrueAsync(() => node.Board.Breakers().HalfOpen == 1 && _endpoints.Of(endpoint).Count == tried + 1, "a probe goes");
        node.Doorbell.Ring([endpoint], DeliveryLane.Fresh);
        await Eventually.TrueAsync(() => node.Board.InFlight == 1, "one is under way");
        _endpoints.Of(endpoint).Should().HaveCount(tried + 1, "one probe alone");
        gate.SetResult();

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 100 - tried, "the rest follows");
        node.Board.Breakers().Should().Be((1, 0, 0));
    }

    [Test]
    public async Task Fifo_FailuresBetween_KeepsTheOrderOfTheEvents()
    {
        var random = new Random(7);
        var delivered = new List<Guid>();
        var endpoint = _endpoints.Add(
            t => t with { Order = DeliveryOrder.Fifo, Schedule = [.. Enumerable.Repeat(TimeSpan.Zero, 40)] },
            (message, _) =>
            {
                lock (delivered)
                {
                    if (random.Next(4) == 0)
                    {
                        return Task.FromResult(FakeEndpoints.Report(500));
                    }

                    delivered.Add(message.EventId.Value);
                    return Task.FromResult(FakeEndpoints.Report(200));
                }
            });
        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => DeliveryNode.StartAsync(_queue.DataSource, _endpoints)));
        var published = new List<Guid>();
        for (var i = 0; i < 100; i++)
        {
            published.AddRange(await _queue.PublishAsync(1));
        }

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 100, "all are delivered", TimeSpan.FromSeconds(30));
        await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));

        delivered.Should().Equal(published);
        _endpoints.MostAtOnce[endpoint].Should().Be(1);
    }

    [Test]
    public async Task Rate_TwentyASecond_IsKept()
    {
        var times = new List<long>();
        var endpoint = _endpoints.Add(t => t with { RatePerSecond = 20 }, (_, _) =>
        {
            lock (times)
            {
                times.Add(TimeProvider.System.GetTimestamp());
            }

            return Task.FromResult(FakeEndpoints.Report(200));
        });
        await _queue.EnqueueAsync(endpoint, 50);
        var began = TimeProvider.System.GetTimestamp();
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await Eventually.TrueAsync(() => Sent() == 50, "all are sent");

        // Twenty at once, and thirty more at twenty a second: not sooner, and not at the pace of a look at the queue for each.
        TimeProvider.System.GetElapsedTime(began, times[^1]).Should().BeGreaterThan(TimeSpan.FromSeconds(1.4)).And.BeLessThan(TimeSpan.FromSeconds(8));

        int Sent()
        {
            lock (times)
            {
                return times.Count;
            }
        }
    }

    [Test]
    public async Task Lanes_ReplaysFillTheNode_FreshOnesBeginAtOnce()
    {
        var release = new TaskCompletionSource<AttemptReport>();
        for (var i = 0; i < 10; i++)
        {
            await _queue.EnqueueAsync(_endpoints.Add(script: async (_, token) => await release.Task.WaitAsync(token)), 50, DeliveryLane.Replay);
        }

        var fresh = _endpoints.Add();
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:MaxInFlight=50");
        await Eventually.TrueAsync(() => _endpoints.Ledger.Count >= 40, "replays take what nobody needs");

        await _queue.EnqueueAsync(fresh, 30);
        await Eventually.TrueAsync(() => _endpoints.Of(fresh).Count == 30, "fresh ones have slots");

        _endpoints.Ledger.Count(r => r.Subscription != fresh).Should().BeLessThanOrEqualTo(46);
        release.SetResult(FakeEndpoints.Report(200));
    }
}
