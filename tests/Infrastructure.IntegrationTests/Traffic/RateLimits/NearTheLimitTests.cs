using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

/// <summary>Four nodes that hammer one key lose Redis when little is left of the limit: together they admit no more than that.</summary>
[TestFixture(RateLimitCounting.Exact)]
[TestFixture(RateLimitCounting.Leased)]
public class NearTheLimitTests(RateLimitCounting mode)
{
    private const int Limit = 400;

    private PrivateRedis _server = null!;
    private LimiterNode[] _nodes = null!;

    [SetUp]
    public async Task StartAsync()
    {
        await WindowEnd.AvoidAsync(86_400);
        _server = await PrivateRedis.StartAsync();
        var prefix = RedisNode.NewPrefix();
        _nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LimiterNode.StartAsync(mode, prefix, address: _server.Address, timeoutMilliseconds: 40)));
        await Eventually.TrueAsync(() => _nodes.All(n => n.KnownNodes == 4), "every node knows of all four");
    }

    [TearDown]
    public async Task StopAsync()
    {
        _server.Thaw();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _server.Dispose();
    }

    [Test]
    public async Task Frozen_NearTheLimit_AdmitsNoMoreThanTheLimit([Values] RateLimitAlgorithm algorithm, [Values(40, 5)] int left)
    {
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = Limit, WindowSeconds = 86_400, Algorithm = algorithm }));
        var admitted = 0;
        var frozen = 0;
        await HammerAsync(shape, TimeSpan.FromSeconds(2), () =>
        {
            if (Interlocked.Increment(ref admitted) >= Limit - left && Interlocked.Exchange(ref frozen, 1) == 0)
            {
                _server.Freeze();
            }
        });
        admitted.Should().BeLessThanOrEqualTo(Limit);

        _server.Thaw();
        await Eventually.TrueAsync(() => _nodes.All(n => n.Redis.Connection.IsAvailable), "all nodes are back");
        await HammerAsync(shape, TimeSpan.FromSeconds(1), () => Interlocked.Increment(ref admitted));

        TestContext.Out.WriteLine($"{admitted} of {Limit}");
        admitted.Should().BeLessThanOrEqualTo(Limit);
    }

    // A Redis that is only slow at times: every node loses it for a moment again and again while all of the limit is used.
    [Test]
    public async Task Stuttering_AllOfTheLimitUsed_AdmitsNoMoreThanTheLimit([Values] RateLimitAlgorithm algorithm)
    {
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = Limit, WindowSeconds = 86_400, Algorithm = algorithm }));
        var admitted = 0;
        using var done = new CancellationTokenSource();
        var stutter = Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(60));
            while (!done.IsCancellationRequested)
            {
                _server.Freeze();
                await pace.WaitForNextTickAsync();
                _server.Thaw();
                await pace.WaitForNextTickAsync();
            }
        });

        await HammerAsync(shape, TimeSpan.FromSeconds(3), () => Interlocked.Increment(ref admitted));

        await done.CancelAsync();
        await stutter;
        TestContext.Out.WriteLine($"{admitted} of {Limit}");
        admitted.Should().BeLessThanOrEqualTo(Limit).And.BeGreaterThan(Limit / 2);
    }

    private async Task HammerAsync(RateLimitEvaluation shape, TimeSpan duration, Action admitted)
    {
        using var end = new CancellationTokenSource(duration);
        await Task.WhenAll(_nodes.SelectMany(node => Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
            while (!end.IsCancellationRequested)
            {
                if (await node.Policy.DecideAsync(LimitBuilder.Again(shape), CancellationToken.None))
                {
                    admitted();
                }

                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        }))));
    }
}
