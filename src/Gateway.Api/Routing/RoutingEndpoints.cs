namespace DataHub.Gateway.Api.Routing;

/// <summary>Maps the endpoints of the module Routing.</summary>
internal static class RoutingEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapRouting(this RouteGroupBuilder admin)
    {
    }
}
