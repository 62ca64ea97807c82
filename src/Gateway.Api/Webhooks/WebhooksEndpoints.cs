using DataHub.Gateway.Api.Webhooks.Deliveries;
using DataHub.Gateway.Api.Webhooks.Events;
using DataHub.Gateway.Api.Webhooks.EventTypes;
using DataHub.Gateway.Api.Webhooks.SelfService;
using DataHub.Gateway.Api.Webhooks.Subscriptions;

namespace DataHub.Gateway.Api.Webhooks;

/// <summary>Maps the endpoints of the module Webhooks.</summary>
internal static class WebhooksEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapWebhooks(this RouteGroupBuilder admin)
    {
        admin.MapSubscriptions();
        admin.MapEventTypes();
        admin.MapEvents();
        admin.MapDeliveries();
        admin.MapJobs();
        admin.MapOwnWebhooks();
    }
}
