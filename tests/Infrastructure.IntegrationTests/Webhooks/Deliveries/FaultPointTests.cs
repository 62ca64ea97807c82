using DataHub.Application.Webhooks.Contracts;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>A node is stopped dead at one point after the other, and another node finishes: nothing is lost, and what comes twice has the same id and bytes.</summary>
public sealed class FaultPointTests
{
    private const int Events = 5, Endpoints = 3;

    private DeliveryQueue _queue = null!;
    private FakeEndpoints _endpoints = null!;
    private DatabaseLink _link = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        (_queue, _endpoints) = (await DeliveryQueue.CreateAsync(), new FakeEndpoints());
        _link = new DatabaseLink(_queue.Database.ConnectionString);
    }

    [TearDown]
    public async Task DropAsync()
    {
        _link.Dispose();
        await _queue.DisposeAsync();
    }

    // What is repeated at most: what was claimed together and was sent without its result being stored.
    private static IEnumerable<TestCaseData> Points()
    {
        yield return Of("before the page of fan-out is made", false, 0, "webhooks.fan_out WHERE due_at", "INSERT INTO webhooks.deliveries");
        yield return Of("before fan-out commits", false, 0, "INSERT INTO webhooks.deliveries", "COMMIT");
        yield return Of("after fan-out committed, before its doorbell", true, 0, "INSERT INTO webhooks.deliveries", "COMMIT");
        yield return Of("before the claim", false, 0, "claimed AS (");
        yield return Of("after the claim, before the attempt", true, 0, "claimed AS (");
        yield return Of("after the answer, before the result", false, Events * Endpoints, "log AS (");
        yield return Of("after the result, before the next claim", true, Events * Endpoints, "log AS (");

        static TestCaseData Of(string point, bool afterwards, int repeated, params string[] statements) => new TestCaseData(afterwards, repeated, statements).SetArgDisplayNames(point);
    }

    [TestCaseSource(nameof(Points))]
    public async Task Node_StoppedAtAStatement_LeavesTheRestToAnother(bool afterwards, int repeated, string[] statements)
    {
        for (var i = 0; i < Endpoints; i++)
        {
            _endpoints.Add();
        }

        _link.CutAt(afterwards, statements);
        await FinishesAsync(repeated);
    }

    [Test]
    public async Task Node_StoppedDuringAnAttempt_LeavesTheRestToAnother()
    {
        for (var i = 0; i < Endpoints; i++)
        {
            _endpoints.Add(script: (_, _) =>
            {
                _link.Cut();
                return Task.FromResult(FakeEndpoints.Report(200)); // The endpoint has it, and nobody learns that it has.
            });
        }

        await FinishesAsync(Events * Endpoints);
    }

    private async Task FinishesAsync(int repeated)
    {
        var dead = await DeliveryNode.StartAsync(_link.DataSource, _endpoints, services => services.AddSingleton<IWebhookSender>(new MortalSender(_endpoints, _link)), "Webhooks:LeaseSeconds=5", "Webhooks:SweepMilliseconds=10000");
        try
        {
            var events = await _queue.PublishAsync(Events, payload: """{"n":1}""");
            await Eventually.TrueAsync(() => _link.IsCut, "it comes to that point");
            foreach (var endpoint in _endpoints.Ledger.Select(r => r.Subscription).Distinct())
            {
                _endpoints.Script(endpoint, FakeEndpoints.Answer(200));
            }

            // Its time is up: others see by its silence that it is gone, and its leases run out by themselves.
            await _queue.Database.ExecuteAsync("TRUNCATE webhooks.dispatchers");
            await using (await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:LeaseSeconds=5"))
            {
                await Eventually.TrueAsync(async () => await _queue.CountAsync("outcomes") == Events * Endpoints, "another node finishes", TimeSpan.FromSeconds(20));
            }

            (await _queue.CountAsync("outcomes WHERE outcome = 0")).Should().Be(Events * Endpoints);
            (await _queue.Database.QueryScalarAsync<long>("SELECT count(DISTINCT (event_id, subscription_id)) FROM webhooks.outcomes")).Should().Be(Events * Endpoints);
            (await _queue.CountAsync("deliveries")).Should().Be(0);
            (await _queue.CountAsync("fan_out")).Should().Be(0);
            var got = _endpoints.Ledger.GroupBy(r => (r.Event.Value, r.Subscription)).ToList();
            got.Should().HaveCount(Events * Endpoints).And.OnlyContain(g => events.Contains(g.Key.Value));
            got.Select(g => g.Select(r => (r.Delivery, r.Body)).Distinct().Count()).Should().OnlyContain(n => n == 1, "a repetition is the same delivery with the same bytes");
            _endpoints.Ledger.Count.Should().BeLessThanOrEqualTo((Events * Endpoints) + repeated);
            TestContext.Out.WriteLine($"{_endpoints.Ledger.Count - (Events * Endpoints)} repeated");
        }
        finally
        {
            _link.Mend();
            await dead.DisposeAsync();
        }
    }

    /// <summary>A process that has died sends nothing any more.</summary>
    private sealed class MortalSender(FakeEndpoints endpoints, DatabaseLink link) : IWebhookSender
    {
        public async Task<AttemptReport> SendAsync(SubscriptionTarget target, WebhookMessage message, CancellationToken cancellationToken)
        {
            if (link.IsCut)
            {
                return await new TaskCompletionSource<AttemptReport>().Task.WaitAsync(link.Ended);
            }

            return await endpoints.SendAsync(target, message, cancellationToken);
        }
    }
}
