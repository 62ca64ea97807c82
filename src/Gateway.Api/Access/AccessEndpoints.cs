using DataHub.Gateway.Api.Access.ApiKeys;
using DataHub.Gateway.Api.Access.Consumers;
using DataHub.Gateway.Api.Access.Credentials;
using DataHub.Gateway.Api.Access.OneTimeLinks;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Access.KeyLifecycle;
using DataHub.Gateway.Api.Access.Scopes;
using DataHub.Gateway.Api.Access.SelfService;
using DataHub.Gateway.Api.Access.Setup;
using DataHub.Gateway.Api.Access.SingleSignOn;
using DataHub.Gateway.Api.Access.Tenants;
using DataHub.Gateway.Api.Access.Tokens;
using DataHub.Gateway.Api.Access.Users;

namespace DataHub.Gateway.Api.Access;

/// <summary>Maps the endpoints of the module Access.</summary>
internal static class AccessEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapAccess(this RouteGroupBuilder admin)
    {
        admin.MapSetup();
        admin.MapSessions();
        admin.MapSigningKeys();
        admin.MapCredentials();
        admin.MapLinks();
        admin.MapSingleSignOn();
        admin.MapTenants();
        admin.MapUsers();
        admin.MapConsumers();
        admin.MapApiKeys();
        admin.MapIssuers();
        admin.MapRotation();
        admin.MapTierRotation();
        admin.MapKeyInspection();
        admin.MapScopes();
        admin.MapSelf();
        admin.MapRegistrations();
    }
}
