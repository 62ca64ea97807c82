using System.Diagnostics.Metrics;

namespace DataHub.Infrastructure.Routing.Snapshots;

/// <summary>Counts what becomes of configurations on this node.</summary>
internal sealed class SnapshotMetrics
{
    private readonly Counter<long> _published;
    private long _epoch;
    private long _lastSuccess;

    public SnapshotMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("DataHub.Routing");
        _published = meter.CreateCounter<long>("datahub.config.publish", description: "Configurations met, by result: applied, unchanged, refused, failed.");
        meter.CreateObservableGauge("datahub.config.revision", () => Volatile.Read(ref _epoch), description: "Epoch of the configuration in effect.");
        meter.CreateObservableGauge("datahub.config.last_success.timestamp", () => Volatile.Read(ref _lastSuccess), "s", "Unix time of the last configuration that came into effect.");
    }

    public void Applied(long epoch, DateTimeOffset now)
    {
        Volatile.Write(ref _epoch, epoch);
        Volatile.Write(ref _lastSuccess, now.ToUnixTimeSeconds());
        Count("applied");
    }

    public void Unchanged() => Count("unchanged");

    public void Refused() => Count("refused");

    public void Failed() => Count("failed");

    private void Count(string result) => _published.Add(1, new KeyValuePair<string, object?>("result", result));
}
