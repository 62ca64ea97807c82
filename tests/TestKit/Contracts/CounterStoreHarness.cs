using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.TestKit.Contracts;

/// <summary>A counter store and the clock that it decides by.</summary>
public abstract class CounterStoreHarness : IAsyncDisposable
{
    /// <summary>Where the clock of every harness begins: a whole day, so that all windows begin there.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public abstract ICounterStore Store { get; }

    public abstract void Advance(TimeSpan by);

    public async Task<bool> AdmitsAsync(RateLimitEvaluation request)
    {
        request.Count = request.Tier.Compiled.Length;
        var verdict = await Store.DecideAsync(request, CancellationToken.None);
        return verdict switch
        {
            CounterVerdict.Allowed => true,
            CounterVerdict.Denied => false,
            _ => throw new InvalidOperationException("The store is away."),
        };
    }

    public async Task<int> AdmittedOfAsync(RateLimitEvaluation request, int attempts)
    {
        var admitted = 0;
        for (var i = 0; i < attempts; i++)
        {
            admitted += await AdmitsAsync(request) ? 1 : 0;
        }

        return admitted;
    }

    public abstract ValueTask DisposeAsync();
}
