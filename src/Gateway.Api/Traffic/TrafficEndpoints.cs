using DataHub.Gateway.Api.Traffic.RateLimits;

namespace DataHub.Gateway.Api.Traffic;

/// <summary>Maps the endpoints of the module Traffic.</summary>
internal static class TrafficEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapTraffic(this RouteGroupBuilder admin) => admin.MapTiers();
}
