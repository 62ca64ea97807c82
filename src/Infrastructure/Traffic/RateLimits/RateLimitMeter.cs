using System.Diagnostics.Metrics;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// The limiter's metrics under the meter <c>DataHub.Traffic</c>. Decisions are plain counters on the request path; the meter reads them
/// when it is asked.
/// </summary>
internal sealed class RateLimitMeter
{
    public const string MeterName = "DataHub.Traffic";

    private readonly Counter<long> _storeErrors;
    private readonly Histogram<double> _storeLatency;
    private Func<bool>? _isStoreAway;
    private Func<int>? _knownNodes;

    public RateLimitMeter(IMeterFactory meters, RateLimitTallies tallies)
    {
        var meter = Meter = meters.Create(MeterName);
        meter.CreateObservableCounter("datahub.ratelimit.decisions", () => Decisions(tallies), "{decision}", "Decisions of each limit.");
        meter.CreateObservableGauge("datahub.ratelimit.degraded", () => Degraded ? 1 : 0, description: "1 while the shared counts are away.");
        meter.CreateObservableGauge("datahub.ratelimit.known_nodes", () => _knownNodes?.Invoke() ?? 1, "{node}", "Nodes that share the limits, as far as this node knows.");
        _storeErrors = meter.CreateCounter<long>("datahub.ratelimit.store_errors", "{error}", "Calls to the shared store that failed or timed out.");
        _storeLatency = meter.CreateHistogram<double>("datahub.ratelimit.store_latency", "s", "Time of a call to the shared store.");
    }

    public Meter Meter { get; }

    public bool Degraded => _isStoreAway?.Invoke() ?? false;

    public void WatchStore(Func<bool> isAway, Func<int> knownNodes) => (_isStoreAway, _knownNodes) = (isAway, knownNodes);

    public void StoreFailed() => _storeErrors.Add(1);

    public void StoreAnswered(TimeSpan elapsed) => _storeLatency.Record(elapsed.TotalSeconds);

    private static IEnumerable<Measurement<long>> Decisions(RateLimitTallies tallies)
    {
        foreach (var tally in tallies.All)
        {
            yield return Measure(tally.Allowed, "allow");
            yield return Measure(tally.Denied, "deny");
            yield return Measure(tally.ShadowDenied, "shadow_deny");
            yield return Measure(tally.Errors, "error");

            Measurement<long> Measure(long value, string decision) =>
                new(value, new KeyValuePair<string, object?>("policy", tally.PolicyName), new KeyValuePair<string, object?>("decision", decision));
        }
    }
}
