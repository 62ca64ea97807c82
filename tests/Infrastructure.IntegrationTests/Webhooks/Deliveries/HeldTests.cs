using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>What waits for a disabled endpoint, and for how long.</summary>
public sealed class HeldTests
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
    public async Task Held_ForTooLong_ExpiresAndTheRestStays()
    {
        var endpoint = _endpoints.Add(t => t with { Enabled = false, DisabledAt = Ago(TimeSpan.FromDays(4)) });
        await _queue.EnqueueAsync(endpoint, 3, due: TimeSpan.FromDays(-4));
        await _queue.EnqueueAsync(endpoint, 2, due: TimeSpan.FromDays(-2));
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);

        await node.Get<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);

        (await _queue.CountAsync("outcomes WHERE outcome = 4 AND reason = 'held'")).Should().Be(3);
        (await _queue.CountAsync("deliveries")).Should().Be(2);
    }

    // What an open breaker, the order or a rate kept waiting is due for long when the endpoint is disabled.
    [TestCase(1)]
    [TestCase(71)]
    public async Task Held_OverdueSinceBeforeItWasDisabled_Stays(int hours)
    {
        var endpoint = _endpoints.Add(t => t with { Enabled = false, DisabledAt = Ago(TimeSpan.FromHours(hours)) });
        await _queue.EnqueueAsync(endpoint, 3, due: TimeSpan.FromDays(-4));
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);

        await node.Get<DeliveryKeeper>().RunOnceAsync(CancellationToken.None);

        (await _queue.CountAsync("deliveries")).Should().Be(3);
        (await _queue.CountAsync("outcomes")).Should().Be(0);
    }

    private static DateTimeOffset Ago(TimeSpan time) => TimeProvider.System.GetUtcNow() - time;
}
