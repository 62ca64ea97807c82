using System.Diagnostics;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Redis;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>Redis killed, frozen and brought back under two nodes.</summary>
[TestFixture(RateLimitCounting.Exact)]
[TestFixture(RateLimitCounting.Leased)]
public class RedisAwayTests(RateLimitCounting mode)
{
    private const int TimeoutMilliseconds = 1_000;

    private PrivateRedis _server = null!;
    private LimiterNode _first = null!;
    private LimiterNode _second = null!;

    [SetUp]
    public async Task StartAsync()
    {
        await WindowEnd.AvoidAsync(86_400);
        _server = await PrivateRedis.StartAsync();
        var prefix = RedisNode.NewPrefix();
        _first = await LimiterNode.StartAsync(mode, prefix, address: _server.Address, timeoutMilliseconds: TimeoutMilliseconds);
        _second = await LimiterNode.StartAsync(mode, prefix, address: _server.Address, timeoutMilliseconds: TimeoutMilliseconds);
        await Eventually.TrueAsync(() => _first.KnownNodes == 2 && _second.KnownNodes == 2, "the nodes know of each other");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Killed_FreshKey_EachNodeAdmitsItsShareAndSaysSo()
    {
        var request = Request(limit: 100);
        _server.Kill();

        var (admitted, slowest) = await SpendAsync(_first, request, 300);
        admitted.Should().BeInRange(1, (int)(50 * Math.Min(1, _first.Redis.Connection.AwayFor.TotalSeconds)) + 1, "a share opens within a second");
        await OpenAsync();
        admitted += (await SpendAsync(_first, request, 300)).Admitted;

        admitted.Should().Be(50);
        slowest.Should().BeLessThan(TimeoutMilliseconds, "nobody waits for a server that is known to be away");
        request.Degraded.Should().BeTrue();
        request[0].Remaining.Should().Be(0);
        request.RetryAfterSeconds.Should().BeGreaterThan(0);
        _first.Redis.Meter.Degraded.Should().BeTrue();
        (await SpendAsync(_second, request, 300)).Admitted.Should().Be(50);
    }

    [Test]
    public async Task Frozen_NoRequestWaitsForItToComeBack()
    {
        await using var node = await LimiterNode.StartAsync(mode, RedisNode.NewPrefix(), address: _server.Address, timeoutMilliseconds: new RedisOptions().TimeoutMilliseconds);
        var request = Request(limit: 1_000_000);
        await PaceAsync(node, request, TimeSpan.FromMilliseconds(300));
        _server.Freeze();

        var slowest = await PaceAsync(node, request, TimeSpan.FromSeconds(1));

        TestContext.Out.WriteLine($"slowest {slowest:0.0} ms");
        slowest.Should().BeLessThan(1_000, "40 ms, and what a busy machine adds; how long exactly is told by a clock that stands");
        node.Redis.Meter.Degraded.Should().BeTrue();
        _server.Thaw();
        await Eventually.TrueAsync(
            async () => await node.Policy.DecideAsync(request, CancellationToken.None) && !request.Degraded && !node.Redis.Meter.Degraded, "the node recovers by itself");
    }

    [Test]
    public async Task Frozen_Call_WaitsForItsTimeAndTheNextNotAtAll()
    {
        var (clock, options) = (new ManualClock(), new RedisOptions { ConnectionString = _server.Address });
        options.TimeoutMilliseconds.Should().Be(40);
        using var redis = new RedisConnection(Options.Create(options), clock, NullLogger<RedisConnection>.Instance);
        await redis.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => redis.IsAvailable, "it is connected");
        _server.Freeze();

        var first = PingAsync();
        clock.Advance(TimeSpan.FromMilliseconds(39));
        first.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));

        (await first.WaitAsync(TimeSpan.FromSeconds(15))).Answered.Should().BeFalse();
        PingAsync().IsCompletedSuccessfully.Should().BeTrue();
        _server.Thaw();
        await redis.StopAsync(CancellationToken.None);

        Task<RedisReply<TimeSpan>> PingAsync() => redis.CallAsync(0, static (database, _) => database.PingAsync()).AsTask();
    }

    // Eight callers, a request every millisecond or so each; the slowest decision in milliseconds.
    private static async Task<double> PaceAsync(LimiterNode node, RateLimitEvaluation shape, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var slowest = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            var worst = 0.0;
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                worst = Math.Max(worst, (await SpendAsync(node, LimitBuilder.Again(shape), 1)).SlowestMilliseconds);
                await pace.WaitForNextTickAsync();
            }

            return worst;
        })));
        return slowest.Max();
    }

    [Test]
    public async Task Killed_PartlySpent_GoesOnFromWhatWasAdmitted()
    {
        var request = Request(limit: 100);
        (await SpendAsync(_first, request, 60)).Admitted.Should().Be(60);
        await Eventually.TrueAsync(() => GivenBackAsync(request, 60), "unused leases came back");
        _server.Kill();
        await AwayAsync();

        // 40 are left; each of two nodes takes half of them.
        (await SpendAsync(_first, request, 100)).Admitted.Should().BeInRange(18, 20);
    }

    [Test]
    public async Task Killed_LimitReached_StaysRefused()
    {
        var request = Request(limit: 100);
        await SpendAsync(_first, request, 150);
        _server.Kill();

        (await SpendAsync(_first, request, 100)).Admitted.Should().Be(0);
    }

    // A Redis that comes back empty must not hand the limit out a second time.
    [Test]
    public async Task Restarted_WithoutItsData_IsToldWhatWasAdmitted([Values] RateLimitAlgorithm algorithm)
    {
        var request = Request(limit: 100, algorithm);
        var before = (await SpendAsync(_first, request, 50)).Admitted;
        await Eventually.TrueAsync(() => GivenBackAsync(request, 50), "unused leases came back");
        _server.Kill();
        await OpenAsync();
        var meanwhile = (await SpendAsync(_first, request, 10)).Admitted + (await SpendAsync(_second, request, 5)).Admitted;
        await _server.RestartAsync();
        await Eventually.TrueAsync(() => _first.Redis.Connection.IsAvailable && _second.Redis.Connection.IsAvailable, "both nodes are back", TimeSpan.FromSeconds(30));

        var after = 0;
        for (var i = 0; i < 120; i++)
        {
            after += await _first.Policy.DecideAsync(request, CancellationToken.None) ? 1 : 0;
            after += await _second.Policy.DecideAsync(request, CancellationToken.None) ? 1 : 0;
        }

        (before + meanwhile).Should().Be(65);
        request.Degraded.Should().BeFalse();
        (before + meanwhile + after).Should().BeLessThanOrEqualTo(100);
        if (algorithm == RateLimitAlgorithm.SlidingWindow)
        {
            (before + meanwhile + after).Should().Be(100);
        }
    }

    [Test]
    public async Task Away_AllowOrDeny_AsConfigured([Values(StoreFailureAnswer.Allow, StoreFailureAnswer.Deny)] StoreFailureAnswer answer)
    {
        await using var node = await LimiterNode.StartAsync(mode, RedisNode.NewPrefix(), address: _server.Address, timeoutMilliseconds: TimeoutMilliseconds, onStoreFailure: answer);
        _server.Kill();
        var request = Request(limit: 3);

        var (admitted, _) = await SpendAsync(node, request, 10);

        // The first may still have met a server that was alive to the client.
        admitted.Should().Be(answer == StoreFailureAnswer.Allow ? 10 : 0);
        request.Degraded.Should().BeTrue();
        request.RetryAfterSeconds.Should().Be(answer == StoreFailureAnswer.Allow ? 0 : 1);
    }

    [Test]
    public async Task Start_WithoutServer_DoesNotWaitAndConvergesWhenItComes()
    {
        _server.Kill();
        var started = Stopwatch.GetTimestamp();
        await using var node = await LimiterNode.StartAsync(mode, RedisNode.NewPrefix(), address: _server.Address, timeoutMilliseconds: TimeoutMilliseconds);
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(15));
        var request = Request(limit: 10);
        (await SpendAsync(node, request, 20)).Admitted.Should().Be(10);

        await _server.RestartAsync();
        await Eventually.TrueAsync(() => !node.Redis.Meter.Degraded, "the node found it", TimeSpan.FromSeconds(30));

        (await node.Policy.DecideAsync(request, CancellationToken.None)).Should().BeFalse("the store was told");
        request.Degraded.Should().BeFalse();
    }

    private static RateLimitEvaluation Request(int limit, RateLimitAlgorithm algorithm = RateLimitAlgorithm.SlidingWindow) =>
        LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = limit, WindowSeconds = 86_400, Algorithm = algorithm }));

    private static async Task<(int Admitted, double SlowestMilliseconds)> SpendAsync(LimiterNode node, RateLimitEvaluation request, int attempts)
    {
        var admitted = 0;
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < attempts; i++)
        {
            var started = Stopwatch.GetTimestamp();
            admitted += await node.Policy.DecideAsync(request, CancellationToken.None) ? 1 : 0;
            var elapsed = Stopwatch.GetElapsedTime(started);
            slowest = elapsed > slowest ? elapsed : slowest;
        }

        return (admitted, slowest.TotalMilliseconds);
    }

    private async Task<bool> GivenBackAsync(RateLimitEvaluation request, int used)
    {
        var keys = Infrastructure.Traffic.RateLimits.RedisCounterStore.KeysOf(request);
        var grant = await _first.Redis.Script(null).CallAsync(request.Tier, keys, default, []);
        if (grant is not null)
        {
            _first.Memory.Learn(request.Tier.Compiled[0], keys[0], grant.States[0], grant.Now, own: 0);
        }

        return grant is not null && Math.Abs(grant.States[0].Current - used) < 0.5;
    }

    private async Task OpenAsync()
    {
        await AwayAsync();
        await Eventually.TrueAsync(() => _first.ShareIsOpen && _second.ShareIsOpen, "the shares are open");
    }

    private async Task AwayAsync() => await Eventually.TrueAsync(
        async () =>
        {
            // Somebody must ask before the nodes notice.
            var probe = Request(limit: 1_000);
            await _first.Policy.DecideAsync(probe, CancellationToken.None);
            await _second.Policy.DecideAsync(probe, CancellationToken.None);
            return _first.Redis.Meter.Degraded && _second.Redis.Meter.Degraded;
        },
        "both nodes notice");
}
