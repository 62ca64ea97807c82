using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>What may go wrong, and what then is true: nothing is lost, and nothing that another node has done is undone.</summary>
public sealed class ReliabilityTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

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
    public async Task Node_DiedAfterItsClaim_AnotherDeliversWhenTheLeaseIsOver()
    {
        var endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(endpoint, 20);
        var dead = await new DeliveryStore(_queue.DataSource, TimeProvider.System)
            .ClaimAsync([new ClaimRequest(endpoint, DeliveryLane.Fresh, 20, 20)], TimeSpan.FromMilliseconds(300), CancellationToken.None);
        dead.Should().HaveCount(20);

        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await EndedAsync(DeliveryOutcome.Delivered, 20);
        await Eventually.TrueAsync(() => node.Tally.Reclaims == 20, "they are counted");
        (await _queue.CountAsync("outcomes WHERE attempts = 1")).Should().Be(20, "a claim without an attempt uses up none");
    }

    [Test]
    public async Task Node_StoppedPastItsLease_ItsResultCountsForNothing()
    {
        var (first, release) = (new TaskCompletionSource(), new TaskCompletionSource<AttemptReport>());
        var calls = 0;
        var endpoint = _endpoints.Add(t => t with { Schedule = [TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromHours(1)] }, async (_, _) =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                return FakeEndpoints.Report(500);
            }

            first.SetResult();
            return await release.Task;
        });
        await using var stopped = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.EnqueueAsync(endpoint, 1);
        await first.Task;

        // As if the process had stood still: by the database's clock its lease is over.
        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET lease_until = now() - interval '1 s'");
        await Eventually.TrueAsync(async () => await _queue.CountAsync("attempts WHERE class = 1 AND attempt = 1") == 1, "another attempt is made and recorded");
        release.SetResult(FakeEndpoints.Report(500));
        await Eventually.TrueAsync(async () => await _queue.CountAsync("attempts WHERE late") == 1, "the stale result is logged");

        await Eventually.TrueAsync(() => stopped.Tally.Late == 1, "it is counted");
        (await _queue.CountAsync("deliveries WHERE attempt = 1 AND lease_token IS NULL AND next_at > now()")).Should().Be(1, "the new owner's result stands");
    }

    [Test]
    public async Task Lease_LostDuringTheAttempt_TheAttemptIsGivenUp()
    {
        var given = new TaskCompletionSource();
        var endpoint = _endpoints.Add(script: async (_, token) =>
        {
            try
            {
                return await new TaskCompletionSource<AttemptReport>().Task.WaitAsync(token);
            }
            catch (OperationCanceledException)
            {
                given.SetResult();
                throw;
            }
        });
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:LeaseSeconds=5");
        await _queue.EnqueueAsync(endpoint, 1);
        await Eventually.TrueAsync(() => node.Board.InFlight == 1 && _endpoints.Ledger.Count == 1, "the attempt begins");

        await _queue.Database.ExecuteAsync("UPDATE webhooks.deliveries SET lease_token = lease_token + 1000000, lease_until = now() + interval '1 hour'");

        await Eventually.TrueAsync(() => given.Task.IsCompleted, "the attempt is told");
        await Eventually.TrueAsync(() => node.Board.InFlight == 0, "its slot is free");
        (await _queue.CountAsync("attempts")).Should().Be(0, "nothing is known of it");
    }

    [Test]
    public async Task Holds_AskedRightBeforeSending_KnowsTheDatabaseBetterThanItself()
    {
        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);
        var endpoint = _endpoints.Add();
        await _queue.EnqueueAsync(endpoint, 2);
        var leases = await node.Get<DeliveryStore>().ClaimAsync([new ClaimRequest(endpoint, DeliveryLane.Fresh, 2, 2)], Long, CancellationToken.None);
        var keeper = node.Get<LeaseKeeper>();
        (await keeper.HoldsAsync(leases[0], TimeSpan.FromSeconds(16), CancellationToken.None)).Should().BeTrue("it is fresh");

        // Much time passed, and another node took one of them.
        leases[0].EndsAt = leases[1].EndsAt = TimeProvider.System.GetTimestamp() + TimeProvider.System.TimestampFrequency;
        await _queue.Database.ExecuteAsync($"UPDATE webhooks.deliveries SET lease_token = lease_token + 1000 WHERE id = '{leases[0].Id.Value}'");

        (await keeper.HoldsAsync(leases[0], TimeSpan.FromSeconds(16), CancellationToken.None)).Should().BeFalse();
        (await keeper.HoldsAsync(leases[1], TimeSpan.FromSeconds(16), CancellationToken.None)).Should().BeTrue("it was prolonged");
        keeper.Left(leases[1]).Should().BeGreaterThan(TimeSpan.FromSeconds(50));
    }

    [Test]
    public async Task Attempt_LongerThanTheLease_IsKeptByItsHeartbeat()
    {
        var release = new TaskCompletionSource<AttemptReport>();
        var endpoint = _endpoints.Add(script: async (_, token) => await release.Task.WaitAsync(token));
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints, "Webhooks:LeaseSeconds=5");
        await _queue.EnqueueAsync(endpoint, 1);
        await Eventually.TrueAsync(() => _endpoints.Ledger.Count == 1, "the attempt begins");
        var until = await UntilAsync();

        await Eventually.TrueAsync(async () => await UntilAsync() > until, "the lease gets longer");
        release.SetResult(FakeEndpoints.Report(200));

        await EndedAsync(DeliveryOutcome.Delivered, 1);
        _endpoints.Ledger.Should().ContainSingle();
    }

    [Test]
    public async Task Stop_AttemptsUnderWay_EndAndNothingStaysClaimed()
    {
        var release = new TaskCompletionSource<AttemptReport>();
        var endpoint = _endpoints.Add(t => t with { MaxConcurrency = 4 }, async (_, token) => await release.Task.WaitAsync(token));
        var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);
        await _queue.EnqueueAsync(endpoint, 50);
        await Eventually.TrueAsync(() => _endpoints.Ledger.Count == 4, "four are under way");

        var stopping = node.StopAsync();
        await Eventually.TrueAsync(async () => await _queue.CountAsync("dispatchers") == 0, "the others are told");
        await Eventually.TrueAsync(() => node.Get<Dispatcher>().ExecuteTask!.IsCompleted, "nothing more is claimed");
        release.SetResult(FakeEndpoints.Report(200));
        await stopping;

        (await _queue.CountAsync("outcomes WHERE outcome = 0")).Should().Be(4);
        (await _queue.CountAsync("deliveries WHERE lease_token IS NULL AND claims = 0")).Should().Be(46);
        await node.DisposeAsync();
    }

    [Test]
    public async Task Nodes_Three_ShareTheEndpointsAndSendNothingTwice()
    {
        var endpoints = Enumerable.Range(0, 48).Select(_ => _endpoints.Add(t => t with { MaxConcurrency = 3 })).ToList();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DeliveryNode.StartAsync(_queue.DataSource, _endpoints)));
        try
        {
            // A node that has not met the others yet takes every endpoint for its own; of 48, chance leaves none to one node once in a hundred million runs.
            await Eventually.TrueAsync(() => endpoints.TrueForAll(e => nodes.Count(n => n.Get<DeliveryNodes>().IsMine(e)) == 1), "the nodes know of each other");
            for (var i = 0; i < 10; i++)
            {
                await _queue.PublishAsync(4);
            }

            await EndedAsync(DeliveryOutcome.Delivered, 1920);
            nodes.Should().OnlyContain(n => n.Tally.Attempts(AttemptClass.Success) > 0);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        }

        _endpoints.Ledger.Select(r => r.Delivery).Should().OnlyHaveUniqueItems().And.HaveCount(1920);
        endpoints.Should().OnlyContain(e => _endpoints.MostAtOnce[e] <= 3);
    }

    [Test]
    public async Task FanOut_TenThousandSubscriptionsAndFailuresBetween_MakesEachDeliveryOnce()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _endpoints.Add();
        }

        await using var node = DeliveryNode.Create(_queue.DataSource, _endpoints);
        var worker = node.Get<FanOutWorker>();
        var stored = (await _queue.PublishAsync(1)).Single();
        var seen = new List<Guid>();
        for (var page = 0; await _queue.CountAsync("fan_out") > 0; page++)
        {
            if (page % 3 == 2)
            {
                _endpoints.Poison[stored] = true;
                await FluentActions.Awaiting(() => worker.WorkAsync(CancellationToken.None)).Should().ThrowAsync<InvalidOperationException>();
                _endpoints.Poison.Clear();
            }

            (await worker.WorkAsync(CancellationToken.None)).Should().BeTrue();
            seen.AddRange(await TakeMadeAsync());
        }

        // Delivered rows are gone meanwhile: only the cursor keeps a page from being made again.
        seen.Should().OnlyHaveUniqueItems().And.HaveCount(10_000);
    }

    [Test]
    public async Task FanOut_EventThatBreaksIt_WaitsAndTheOthersGoOn()
    {
        _endpoints.Add();
        var poison = (await _queue.PublishAsync(1)).Single();
        _endpoints.Poison[poison] = true;
        await using var node = await DeliveryNode.StartAsync(_queue.DataSource, _endpoints);

        await _queue.PublishAsync(30);

        await EndedAsync(DeliveryOutcome.Delivered, 30);
        (await _queue.CountAsync("fan_out WHERE failures > 0")).Should().Be(1, "it is not lost");
        _endpoints.Poison.Clear();
        await _queue.Database.ExecuteAsync("UPDATE webhooks.fan_out SET due_at = now()");
        await EndedAsync(DeliveryOutcome.Delivered, 31);
    }

    private async Task<IReadOnlyList<Guid>> TakeMadeAsync()
    {
        await using var command = _queue.DataSource.CreateCommand("DELETE FROM webhooks.deliveries RETURNING subscription_id");
        await using var reader = await command.ExecuteReaderAsync();
        var made = new List<Guid>();
        while (await reader.ReadAsync())
        {
            made.Add(reader.GetGuid(0));
        }

        return made;
    }

    private Task<DateTime> UntilAsync() => _queue.Database.QueryScalarAsync<DateTime>("SELECT lease_until FROM webhooks.deliveries");

    private Task EndedAsync(DeliveryOutcome outcome, int count) =>
        Eventually.TrueAsync(async () => await _queue.CountAsync($"outcomes WHERE outcome = {(int)outcome}") == count, $"{count} end as {outcome}", TimeSpan.FromSeconds(30));
}
