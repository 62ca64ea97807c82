using BenchmarkDotNet.Attributes;
using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;

namespace DataHub.Benchmarks;

/// <summary>The whole decision over a tier of two limits, counted in memory.</summary>
[MemoryDiagnoser]
[BenchmarkCategory(ZeroAllocation.Decision)]
public class RateLimitBenchmarks
{
    private readonly RateLimitEvaluation _ample = Question(SampleTier.Of(limit: 1_000_000_000));
    private readonly RateLimitEvaluation _spent = Question(SampleTier.Of(limit: 1));
    private MemoryCounterStore _store = null!;
    private RateLimitPolicy _policy = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _store = new MemoryCounterStore(new CounterClock(TimeProvider.System), capacity: 1_000);
        _policy = new RateLimitPolicy(new CounterStores(_store, Shared: null), StoreFailureAnswer.Local, new RateLimitTallies());
    }

    [GlobalCleanup]
    public void CleanUp() => _store.Dispose();

    [Benchmark]
    public bool Memory_Allowed() => Decide(_ample);

    [Benchmark]
    public bool Memory_Refused() => Decide(_spent);

    private bool Decide(RateLimitEvaluation evaluation)
    {
        var decision = _policy.DecideAsync(evaluation, CancellationToken.None);
        return decision.IsCompletedSuccessfully ? decision.Result : throw new InvalidOperationException("A decision from memory waited.");
    }

    private static RateLimitEvaluation Question(CompiledTier tier) => new()
    {
        Tier = tier,
        KeyId = new Guid("0192f0c1-0000-7000-8000-000000000001"),
        ConsumerId = new Guid("0192f0c1-0000-7000-8000-000000000002"),
        RouteId = new Guid("0192f0c1-0000-7000-8000-000000000003"),
        ClientAddress = 1,
    };
}
