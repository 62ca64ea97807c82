using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Traffic.RateLimits;

namespace DataHub.Benchmarks;

/// <summary>A decision over two limits from a lease that still has a balance: what nearly every request meets with Redis.</summary>
[MemoryDiagnoser]
[BenchmarkCategory(ZeroAllocation.Decision)]
public class LeaseBenchmarks
{
    private readonly RateLimitEvaluation _evaluation = new() { Tier = SampleTier.Of(limit: 1_000_000_000) };
    private LeaseSet _leases = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _leases = new LeaseSet(_evaluation.Tier, [default, default]);
        _leases.Accept(Granted(int.MaxValue), waiting: 0, calledAt: 0, elapsed: 0);
    }

    [Benchmark]
    public bool Leased_Allowed()
    {
        lock (_leases)
        {
            return _leases.TryDecide(_evaluation, elapsed: 1) is not null ? true : throw new InvalidOperationException("The lease ran out.");
        }
    }

    // The script's answer: granted, clock, validity, slot, then for each limit its three numbers and whether it had room.
    private static Grant Granted(int requests)
    {
        double[] numbers = [requests, 1, 1e15, 0, 0, requests, 0, 1, 1, requests, 0, 1];
        var packed = new byte[numbers.Length * sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(i * sizeof(double)), numbers[i]);
        }

        return Grant.Parse(packed, limits: 2);
    }
}
