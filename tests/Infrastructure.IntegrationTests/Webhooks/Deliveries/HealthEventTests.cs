using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>What is told of an endpoint that fails for days, and when it works again.</summary>
public sealed class HealthEventTests
{
    [Test]
    public async Task Endpoint_FailingForThreeDaysThenWell_IsToldOnceEach()
    {
        await using var queue = await DeliveryQueue.CreateAsync();
        var endpoints = new FakeEndpoints();
        var status = 500;

        // What is told of it does not go to it: five failures more would open its breaker.
        var failing = endpoints.Add(t => t with { Schedule = [.. Enumerable.Repeat(TimeSpan.Zero, 4)], EventTypes = ["order.created"] }, (_, _) => Task.FromResult(FakeEndpoints.Report(Volatile.Read(ref status))));
        var shaky = endpoints.Add(t => t with { Schedule = [.. Enumerable.Repeat(TimeSpan.Zero, 4)] }, (message, _) => Task.FromResult(FakeEndpoints.Report(message.Attempt == 1 ? 500 : 200)));

        // As it stood after 24 hours: warned once, and failing ever since.
        await queue.Database.ExecuteAsync($"""
            INSERT INTO webhooks.endpoint_state (subscription_id, first_failure_at, failures_since, last_failure_at, failures, warned)
            VALUES ('{failing.Value}', now() - interval '73 hours', now() - interval '73 hours', now() - interval '1 hour', 40, 1)
            """);
        await using var node = await DeliveryNode.StartAsync(queue.DataSource, endpoints);
        await queue.PublishAsync(1);
        await Eventually.TrueAsync(async () => await queue.CountAsync($"outcomes WHERE subscription_id = '{failing.Value}' AND outcome = 1") == 1, "its attempts are used up");
        await Eventually.TrueAsync(async () => await ToldAsync("failing") == 1, "three days are told");
        (await ToldAsync("failing", "\"hours\":72")).Should().Be(1);
        (await ToldAsync("failing", failing.ToString())).Should().Be(1);
        endpoints.Disabled.Should().BeEmpty("five days have not passed");
        (await ToldAsync("recovered")).Should().Be(0, "one failure between successes is nothing to tell of");

        Volatile.Write(ref status, 200);
        await queue.PublishAsync(1);

        await Eventually.TrueAsync(async () => await ToldAsync("recovered") == 1, "it is told that it works again");
        (await ToldAsync("recovered", failing.ToString())).Should().Be(1);
        await queue.PublishAsync(1);
        await Eventually.TrueAsync(async () => await queue.CountAsync($"attempts WHERE subscription_id = '{failing.Value}' AND class = 0") >= 2, "it gets more");
        await Eventually.TrueAsync(async () => await queue.CountAsync($"endpoint_state WHERE subscription_id = '{failing.Value}' AND failures = 0 AND warned = 0 AND first_failure_at IS NULL") == 1, "what was before is forgotten");
        ((await ToldAsync("failing"), await ToldAsync("recovered"))).Should().Be((1, 1));
        endpoints.Of(shaky).Should().NotBeEmpty();

        Task<long> ToldAsync(string what, string word = "") => queue.CountAsync($"events WHERE type = 'webhook.endpoint.{what}' AND convert_from(payload, 'UTF8') LIKE '%{word}%'");
    }
}
