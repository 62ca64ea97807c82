using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Contracts;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Traffic.RateLimits;

internal sealed class MemoryHarness : CounterStoreHarness
{
    private readonly ManualClock _clock = new(Start);

    public MemoryHarness(int capacity = 100_000) => Memory = new MemoryCounterStore(new CounterClock(_clock), capacity);

    public MemoryCounterStore Memory { get; }

    public override ICounterStore Store => Memory;

    public override void Advance(TimeSpan by) => _clock.Advance(by);

    public override ValueTask DisposeAsync()
    {
        Memory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public class MemoryCounterStoreContractTests : CounterStoreContract
{
    protected override Task<CounterStoreHarness> StartAsync() => Task.FromResult<CounterStoreHarness>(new MemoryHarness());
}

public class MemoryCounterStorePromisesTests : CounterStorePromises
{
    protected override int Runs => 200;

    protected override Task<CounterStoreHarness> StartAsync() => Task.FromResult<CounterStoreHarness>(new MemoryHarness());
}

public class MemoryCounterStoreTests
{
    [Test]
    public async Task Cells_FloodOfAddresses_StayBoundedAndKeepTheBusyOnes()
    {
        await using var harness = new MemoryHarness(capacity: 1_000);
        var busy = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { By = RateLimitSubject.Ip, Limit = 10 }));
        var flood = LimitBuilder.Again(busy);
        await harness.AdmittedOfAsync(busy, 10);

        for (var i = 1; i <= 20_000; i++)
        {
            flood.ClientAddress = (UInt128)i << 32;
            harness.Memory.Decide(flood, NodeShare.Whole);
            if (i % 100 == 0)
            {
                harness.Memory.Decide(busy, NodeShare.Whole).Should().Be(CounterVerdict.Denied);
            }
        }

        harness.Memory.Count.Should().BeLessThanOrEqualTo(1_001);
    }

    [Test]
    public async Task Sweep_SpentCells_AreRemovedAndCountedOnesKept()
    {
        await using var harness = new MemoryHarness();
        var shortest = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 5, WindowSeconds = 1 }));
        var longest = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 5, WindowSeconds = 3_600 }));
        await harness.AdmittedOfAsync(shortest, 5);
        await harness.AdmittedOfAsync(longest, 5);

        harness.Advance(TimeSpan.FromSeconds(2));
        harness.Memory.Sweep();

        harness.Memory.Count.Should().Be(1);
        (await harness.AdmittedOfAsync(shortest, 9)).Should().Be(5);
        (await harness.AdmittedOfAsync(longest, 9)).Should().Be(0);
    }

    // A cell that is swept between look-up and lock must not swallow a charge.
    [Test]
    public async Task Decide_WhileSwept_LosesNoCharge()
    {
        await using var harness = new MemoryHarness();
        var shape = LimitBuilder.Request(LimitBuilder.Tier(new LimitBuilder { Limit = 3, WindowSeconds = 3_600 }));
        using var done = new CancellationTokenSource();
        var sweeper = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    harness.Memory.Sweep();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        for (var round = 0; round < 3_000; round++)
        {
            var request = LimitBuilder.Again(shape);
            request.KeyId = Guid.CreateVersion7();
            (await harness.AdmittedOfAsync(request, 5)).Should().Be(3);
        }

        await done.CancelAsync();
        await sweeper;
    }

    // Two tiers name their limits in opposite order over the same subjects; without a global lock order threads would block for ever.
    [Test]
    public async Task Decide_CellsInOppositeOrder_NeverDeadlocks()
    {
        await using var harness = new MemoryHarness();
        var id = new RateLimitTierId(Guid.CreateVersion7());
        var a = new LimitBuilder { Name = "a", Limit = 1_000_000 };
        var b = new LimitBuilder { Name = "b", Limit = 1_000_000 };
        var forth = LimitBuilder.Request(LimitBuilder.Tier(id, a, b));
        var back = LimitBuilder.Again(forth);
        back.Tier = LimitBuilder.Tier(id, b, a);

        var threads = Enumerable.Range(0, 4).Select(n => Task.Factory.StartNew(
            () =>
            {
                var request = LimitBuilder.Again(n % 2 == 0 ? forth : back);
                for (var i = 0; i < 50_000; i++)
                {
                    harness.Memory.Decide(request, NodeShare.Whole);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

        await Task.WhenAll(threads).WaitAsync(TimeSpan.FromSeconds(20));
        harness.Memory.Decide(forth, NodeShare.Whole);
        forth[0].Remaining.Should().Be(1_000_000 - 200_001);
        forth[1].Remaining.Should().Be(forth[0].Remaining);
    }

    [Test]
    public void Decide_CellsExist_AllocatesNothing()
    {
        var clock = new CounterClock(TimeProvider.System);
        using var store = new MemoryCounterStore(clock, 1_000);
        var request = LimitBuilder.Request(LimitBuilder.Tier(
            new LimitBuilder { Name = "a", Algorithm = RateLimitAlgorithm.TokenBucket, Limit = 1_000 },
            new LimitBuilder { Name = "b", Limit = 1_000_000, By = RateLimitSubject.Ip },
            new LimitBuilder { Name = "c", Algorithm = RateLimitAlgorithm.SlidingLog, Limit = 64, By = RateLimitSubject.Endpoint, WindowSeconds = 1 }));
        for (var i = 0; i < 2_000; i++)
        {
            store.Decide(request, NodeShare.Whole);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            store.Decide(request, NodeShare.Whole);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
