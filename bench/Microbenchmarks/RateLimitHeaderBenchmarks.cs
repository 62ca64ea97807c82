using BenchmarkDotNet.Attributes;
using DataHub.Application.Traffic.Contracts;
using DataHub.Gateway.Api.Traffic.RateLimits;
using Microsoft.AspNetCore.Http;

namespace DataHub.Benchmarks;

/// <summary>The rate-limit headers of an answer. They are text and so cost some; the figure is watched, not asserted.</summary>
[MemoryDiagnoser]
public class RateLimitHeaderBenchmarks
{
    private readonly HeaderDictionary _headers = [];
    private readonly RateLimitEvaluation _evaluation = new() { Tier = SampleTier.Of(600), Count = 2 };

    [GlobalSetup]
    public void Prepare()
    {
        _evaluation[0] = new LimitReading { Remaining = 541, ResetSeconds = 12 };
        _evaluation[1] = new LimitReading { Remaining = 599, ResetSeconds = 1 };
    }

    [Benchmark]
    public void Apply()
    {
        _headers.Clear();
        RateLimitHeaders.Apply(_headers, _evaluation, 1_800_000_000);
    }
}
