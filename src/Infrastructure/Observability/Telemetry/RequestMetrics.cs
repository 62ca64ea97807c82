using System.Collections.Concurrent;
using DataHub.Application.Observability.Contracts;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>
/// Counts proxied requests in cells of its own: a few interlocked additions a request, no allocation, where a general instrument would
/// build and hash a set of tags. Scrapes read the cells.
/// </summary>
internal sealed class RequestMetrics : IRequestMetrics
{
    /// <summary>Most routes, and most destinations, with series of their own; the rest shares <see cref="Overflow"/>.</summary>
    public const int MaxSeries = 1000;

    /// <summary>The label of what is past <see cref="MaxSeries"/>.</summary>
    public const string Overflow = "_OTHER";

    private static readonly long[] OverheadBounds = [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000];
    private static readonly long[] UpstreamBounds = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 150_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

    private readonly ConcurrentDictionary<string, RouteSeries> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Cluster, string Destination), LatencyHistogram> _upstreams = new();
    private readonly ConcurrentDictionary<string, StrongBox> _failures = new(StringComparer.Ordinal);
    private readonly RouteSeries _otherRoutes = new(Overflow);
    private readonly LatencyHistogram _otherUpstreams = new(UpstreamBounds);

    /// <summary>Time that requests spent in the gateway itself.</summary>
    public LatencyHistogram Overhead { get; } = new(OverheadBounds);

    /// <summary>The series of all routes seen.</summary>
    public IEnumerable<RouteSeries> Routes => _routes.Values.OrderBy(r => r.Route, StringComparer.Ordinal).Append(_otherRoutes);

    /// <summary>The time of every destination seen.</summary>
    public IEnumerable<(string Cluster, string Destination, LatencyHistogram Time)> Upstreams =>
        _upstreams.Select(u => (u.Key.Cluster, u.Key.Destination, u.Value)).OrderBy(u => u.Cluster, StringComparer.Ordinal).ThenBy(u => u.Destination, StringComparer.Ordinal)
            .Append((Overflow, Overflow, _otherUpstreams));

    /// <summary>Refusals of the authentication by code.</summary>
    public IEnumerable<(string Reason, long Count)> AuthenticationFailures =>
        _failures.Select(f => (f.Key, Volatile.Read(ref f.Value.Count))).OrderBy(f => f.Key, StringComparer.Ordinal);

    /// <summary>Instruments that follow every request, where somebody collects them; null otherwise.</summary>
    public RequestInstruments? Instruments { get; set; }

    /// <inheritdoc/>
    public void Record(RequestRecord record, string route)
    {
        RouteOf(route).Record(record.Method, record.Status);
        var overhead = Math.Max(0, record.UpstreamMicros >= 0 ? record.DurationMicros - record.UpstreamMicros : record.DurationMicros);
        Overhead.Record(overhead);
        if (record is { UpstreamMicros: >= 0, UpstreamId: { } cluster })
        {
            UpstreamOf(cluster, record.Destination ?? "").Record(record.UpstreamMicros);
        }

        if (record.Outcome is RequestOutcome.Unauthenticated or RequestOutcome.Forbidden)
        {
            CountFailure(record.ErrorCode ?? "unknown");
        }

        Instruments?.Record(record, route, overhead);
    }

    private RouteSeries RouteOf(string route)
    {
        if (_routes.TryGetValue(route, out var series))
        {
            return series;
        }

        return _routes.Count >= MaxSeries ? _otherRoutes : _routes.GetOrAdd(route, static name => new RouteSeries(name));
    }

    private LatencyHistogram UpstreamOf(string cluster, string destination)
    {
        if (_upstreams.TryGetValue((cluster, destination), out var histogram))
        {
            return histogram;
        }

        return _upstreams.Count >= MaxSeries ? _otherUpstreams : _upstreams.GetOrAdd((cluster, destination), static _ => new LatencyHistogram(UpstreamBounds));
    }

    // Codes are constants of the gateway, so their number is bounded by itself.
    private void CountFailure(string code)
    {
        if (!_failures.TryGetValue(code, out var box))
        {
            box = _failures.GetOrAdd(code, static _ => new StrongBox());
        }

        Interlocked.Increment(ref box.Count);
    }

    private sealed class StrongBox
    {
#pragma warning disable CA1051 // A field, so that it can be counted in place.
        public long Count;
#pragma warning restore CA1051
    }
}
