using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>Attempts that are not used up end a delivery after days of them, not after days in which the gateway itself held it.</summary>
public sealed class PatienceTests
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

    [TestCase(AttemptClass.Throttled)]
    [TestCase(AttemptClass.Internal)]
    public async Task Delivery_HeldForDays_HasPatienceFromItsFirstAttempt(AttemptClass what)
    {
        await EnqueueAsync(what);
        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET created_at = now() - interval '4 days', next_at = now() - interval '4 days'");
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await Eventually.TrueAsync(async () => await _queue.CountAsync("attempts") == 1, "it is tried");

        (await _queue.CountAsync("outcomes")).Should().Be(0);
        (await _queue.CountAsync("deliveries WHERE attempt = 0 AND next_at BETWEEN now() AND now() + interval '1 minute'")).Should().Be(1, "it was the first of those in a row");
    }

    [TestCase(AttemptClass.Throttled, DeliveryOutcome.Failed, "too-old")]
    [TestCase(AttemptClass.Internal, DeliveryOutcome.Quarantined, "internal")]
    public async Task Delivery_DaysOfSuchAttempts_Ends(AttemptClass what, DeliveryOutcome outcome, string reason)
    {
        await EnqueueAsync(what);
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await Eventually.TrueAsync(async () => await _queue.CountAsync("deliveries WHERE uncounted_since IS NOT NULL AND lease_token IS NULL") == 1, "it is tried");

        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET uncounted_since = now() - interval '3 days', next_at = now()");

        await Eventually.TrueAsync(async () => await _queue.CountAsync($"outcomes WHERE outcome = {(int)outcome} AND reason = '{reason}'") == 1, "it ends");
    }

    private Task EnqueueAsync(AttemptClass what)
    {
        var endpoint = _endpoints.Add(script: (_, _) => Task.FromResult(DeliveryQueue.Report(what, what == AttemptClass.Throttled ? 429 : null) with { RetryAfter = TimeSpan.FromSeconds(1) }));
        return _queue.EnqueueAsync(endpoint, 1);
    }
}
