using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>Several writers store the states of endpoints; what is stored last must be what was taken last.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class StateTurnsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly EndpointBoard _board = new(slots: 10);
    private readonly StateTurns _turns;
    private readonly Endpoint _first;
    private readonly Endpoint _second;
    private readonly List<string> _stored = [];

    public StateTurnsTests() => (_turns, _first, _second) = (new StateTurns(_board), Meet(), Meet());

    [Test]
    public async Task Store_OlderStateOfTheSameEndpointIsUnderWay_WaitsForIt()
    {
        var gate = new TaskCompletionSource();
        Change(_first, 1);
        var older = StoreAsync(gate.Task);
        Change(_first, 2);
        var newer = StoreAsync(Task.CompletedTask);
        newer.IsCompleted.Should().BeFalse();

        gate.SetResult();
        await Task.WhenAll(older, newer);

        _stored.Should().Equal("1", "2");
    }

    [Test]
    public async Task Store_OtherEndpointsAreUnderWay_DoesNotWait()
    {
        var gate = new TaskCompletionSource();
        Change(_first, 1);
        var other = StoreAsync(gate.Task);
        Change(_second, 2);

        await StoreAsync(Task.CompletedTask);
        await StoreAsync(Task.CompletedTask);

        _stored.Should().Equal("2", "");
        gate.SetResult();
        await other;
    }

    [Test]
    public async Task Store_Fails_IsTakenAgainAndHoldsNobodyUp()
    {
        Change(_first, 1);
        await FluentActions.Awaiting(() => _turns.StoreAsync<int>(_ => throw new TimeoutException())).Should().ThrowAsync<TimeoutException>();

        await StoreAsync(Task.CompletedTask);

        _stored.Should().Equal("1");
    }

    private Endpoint Meet()
    {
        var id = DeliveryQueue.NewSubscription();
        _board.Mark(id, DeliveryLane.Fresh);
        _board.Adopt([id], []);
        return _board.TryNext(Noon, out var endpoint) ? endpoint : throw new InvalidOperationException("It is due.");
    }

    private void Change(Endpoint endpoint, int failures) => _board.Update(endpoint, e =>
    {
        e.Health = e.Health with { Failures = failures };
        return (0, true);
    });

    private Task<int> StoreAsync(Task wait) => _turns.StoreAsync(async states =>
    {
        await wait;
        _stored.Add(string.Join(',', states.Select(s => s.Health.Failures)));
        return 0;
    });
}
