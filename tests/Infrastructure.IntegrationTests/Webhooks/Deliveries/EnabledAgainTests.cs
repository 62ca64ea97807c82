using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>An endpoint that was disabled begins anew, whatever its node did or did not do with it meanwhile.</summary>
public sealed class EnabledAgainTests
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
    public async Task EmptyAsync()
    {
        _endpoints = new FakeEndpoints();
        await _queue.Database.ExecuteAsync("TRUNCATE webhooks.deliveries, webhooks.outcomes, webhooks.attempts, webhooks.fan_out, webhooks.events, webhooks.endpoint_state, webhooks.dispatchers");
        _endpoint = _endpoints.Add(script: FakeEndpoints.Answer(500));
        _node = DeliveryNode.Create(_queue.DataSource, _endpoints);
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Look_DisabledWhileItsBreakerIsOpen_ForgetsThatItFailed()
    {
        await FailedForDaysAsync("now() + interval '10 minutes'");
        await MeetAsync();
        (await _queue.CountAsync("deliveries WHERE lease_token IS NULL")).Should().Be(1, "it is not called");

        await DisableAsync();

        (await ForgottenAsync()).Should().BeTrue();
    }

    [Test]
    public async Task Look_DisabledWhileNothingIsDue_ForgetsThatItFailed()
    {
        await FailedForDaysAsync("NULL");
        await MeetAsync("TRUNCATE webhooks.deliveries");

        await DisableAsync();

        (await ForgottenAsync()).Should().BeTrue();
    }

    [Test]
    public async Task Look_Enabled_RemembersThatItFailed()
    {
        await FailedForDaysAsync("NULL");
        await MeetAsync("TRUNCATE webhooks.deliveries");

        await LookAsync();

        _node.Board.Failing().Should().Equal(_endpoint);
        (await ForgottenAsync()).Should().BeFalse();
    }

    private Task FailedForDaysAsync(string openUntil) => _queue.Database.ExecuteAsync($"""
        INSERT INTO webhooks.endpoint_state (subscription_id, first_failure_at, failures_since, last_failure_at, failures, warned, open_until, consecutive_opens, breaker_state)
        VALUES ('{_endpoint.Value}', now() - interval '6 days', now() - interval '6 days', now() - interval '1 hour', 25, 2, {openUntil}, 1, CASE WHEN {openUntil} IS NULL THEN 0 ELSE 1 END)
        """);

    private async Task MeetAsync(string? meanwhile = null)
    {
        await _queue.EnqueueAsync(_endpoint, 1);
        await LookAsync();
        if (meanwhile is not null)
        {
            await _queue.Database.ExecuteAsync(meanwhile);
        }

        await _node.Get<Dispatcher>().DispatchAsync(CancellationToken.None);
    }

    // And enables it again before anything is sent.
    private async Task DisableAsync()
    {
        _endpoints.Change(_endpoint, t => t with { Enabled = false });
        await LookAsync();
        _endpoints.Change(_endpoint, t => t with { Enabled = true });
        await LookAsync();
    }

    private Task LookAsync() => _node.Get<QueueWatch>().LookAsync(CancellationToken.None);

    private async Task<bool> ForgottenAsync() => await _queue.CountAsync("endpoint_state WHERE failures = 0 AND warned = 0 AND first_failure_at IS NULL") == 1;
}
