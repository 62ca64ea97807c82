using System.Collections.Concurrent;
using System.Diagnostics;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>Nodes whose clocks are hours wrong take nothing from each other, and send neither too soon, nor too late, nor twice.</summary>
public sealed class WrongClockTests
{
    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;

    [SetUp]
    public async Task CreateAsync() => (_queue, _endpoints) = (await DeliveryQueue.CreateAsync(), new FakeEndpoints());

    [TearDown]
    public async Task DropAsync() => await _queue.DisposeAsync();

    [Test]
    public async Task Nodes_HoursApart_StealNoLeaseAndSendEachOnceInTime()
    {
        var arrivals = new ConcurrentQueue<long>();
        for (var i = 0; i < 9; i++)
        {
            _endpoints.Add();
        }

        var slow = _endpoints.Add(t => t with { Timeout = TimeSpan.FromSeconds(30) }, async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(7), TimeProvider.System, token); // Longer than the lease.
            return FakeEndpoints.Report(200);
        });
        var twice = _endpoints.Add(t => t with { Schedule = [TimeSpan.Zero, TimeSpan.FromSeconds(1)], MaxConcurrency = 1 }, (message, _) =>
        {
            arrivals.Enqueue(Stopwatch.GetTimestamp());
            return Task.FromResult(FakeEndpoints.Report(message.Attempt == 1 ? 500 : 200));
        });
        var nodes = new List<DeliveryNode>();
        try
        {
            foreach (var hours in (int[])[7, -7, 0])
            {
                nodes.Add(await StartAsync(hours));
            }

            await _queue.PublishAsync(1);
            await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 11, "all are delivered", TimeSpan.FromSeconds(20));
            nodes.Should().OnlyContain(n => n.Tally.Reclaims == 0 && n.Tally.Late == 0);
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }

        _endpoints.Of(slow).Should().ContainSingle("its lease was kept by the database's clock");
        _endpoints.Of(twice).Select(r => r.Attempt).Should().Equal(1, 2);
        Stopwatch.GetElapsedTime(arrivals.First(), arrivals.Last()).Should().BeGreaterThan(TimeSpan.FromSeconds(1)).And.BeLessThan(TimeSpan.FromSeconds(15));
        _endpoints.Ledger.Should().HaveCount(12);
        (await _queue.CountAsync("attempts WHERE abs(extract(epoch FROM started_at - now())) > 60")).Should().Be(0, "the log has the database's time");
    }

    // What a node stores of an endpoint is read by others: a pause of a second must not become one of hours, nor none.
    [TestCase(7)]
    [TestCase(-7)]
    public async Task Node_ThatWasAskedForPatience_LeavesAPauseThatOthersUnderstand(int hours)
    {
        var answer = FakeEndpoints.Report(429, TimeSpan.FromSeconds(6));
        var endpoint = _endpoints.Add(script: (_, _) => Task.FromResult(Volatile.Read(ref answer)));
        await using (await StartAsync(hours))
        {
            await _queue.PublishAsync(1);
            await Eventually.TrueAsync(async () => await _queue.CountAsync("endpoint_state WHERE not_before IS NOT NULL") == 1, "the pause is stored");
        }

        (await _queue.CountAsync("""
            endpoint_state s, webhooks.attempts a
            WHERE a.class = 4 AND s.not_before BETWEEN a.started_at + interval '4 s' AND a.started_at + interval '10 s'
            """)).Should().Be(1);
        Volatile.Write(ref answer, FakeEndpoints.Report(200));
        await using var right = await StartAsync(0);

        await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes WHERE outcome = 0") == 1, "it goes on");
        _endpoints.Of(endpoint).Should().HaveCount(2);
    }

    private Task<DeliveryNode> StartAsync(int hours) =>
        DeliveryNode.StartAsync(_queue.DataSource, _endpoints, services => services.AddSingleton<TimeProvider>(new ShiftedClock(TimeSpan.FromHours(hours))), "Webhooks:LeaseSeconds=5");
}
