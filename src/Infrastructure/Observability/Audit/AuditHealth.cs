using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>What the metrics page tells of the trail.</summary>
internal sealed class AuditHealth
{
    public const string MeterName = "DataHub.Audit";

    private readonly ConcurrentDictionary<TenantId, bool> _verified = new();

    public AuditHealth(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        Meter.CreateObservableGauge("datahub.audit.broken_chains", () => _verified.Count(v => !v.Value), "{chain}", "Audit chains in which the last verification of this node found tampering.");
    }

    public Meter Meter { get; }

    public void Verified(TenantId tenant, bool valid) => _verified[tenant] = valid;
}
