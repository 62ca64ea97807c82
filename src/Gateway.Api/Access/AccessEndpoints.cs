using DataHub.Gateway.Api.Access.ApiKeys;
using DataHub.Gateway.Api.Access.Consumers;
using DataHub.Gateway.Api.Access.Setup;

namespace DataHub.Gateway.Api.Access;

/// <summary>Maps the endpoints of the module Access.</summary>
internal static class AccessEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapAccess(this RouteGroupBuilder admin)
    {
        admin.MapSetup();
        admin.MapConsumers();
        admin.MapApiKeys();
    }
}
