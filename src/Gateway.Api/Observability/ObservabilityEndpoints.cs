using DataHub.Gateway.Api.Observability.Audit;
using DataHub.Gateway.Api.Observability.RequestLogs;
using DataHub.Gateway.Api.Observability.Telemetry;

namespace DataHub.Gateway.Api.Observability;

/// <summary>Maps the endpoints of the module Observability.</summary>
internal static class ObservabilityEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapObservability(this RouteGroupBuilder admin)
    {
        admin.MapRequestLogs();
        admin.MapSystem();
        admin.MapAudit();
    }
}
