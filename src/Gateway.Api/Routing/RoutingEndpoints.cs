using DataHub.Domain.Routing;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Routing.Apis;
using DataHub.Gateway.Api.Routing.Routes;
using DataHub.Gateway.Api.Routing.Upstreams;

namespace DataHub.Gateway.Api.Routing;

/// <summary>Maps the endpoints of the module Routing.</summary>
internal static class RoutingEndpoints
{
    /// <summary>Adds the module's endpoints under <c>/api/v1</c>.</summary>
    /// <param name="admin">The group that authenticates administrators and applies the write conventions.</param>
    public static void MapRouting(this RouteGroupBuilder admin)
    {
        admin.MapUpstreams();
        admin.MapApis();
        admin.MapRoutes();
    }

    /// <summary>The id in a path; 404 when it is not one, as for an id that names nothing.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="text">The printed id.</param>
    internal static TId IdOf<TId>(string text) where TId : struct, IEntityId<TId> =>
        EntityId.TryParse<TId>(text, out var id) ? id : throw new DomainException(RoutingErrors.NotFound, $"There is no resource {text}.");

    /// <summary>An id in the query; null when it is not there.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="name">The parameter.</param>
    internal static TId? QueryIdOf<TId>(HttpRequest request, string name) where TId : struct, IEntityId<TId> =>
        request.Query[name] is not [{ } text] ? null
        : EntityId.TryParse<TId>(text, out var id) ? id
        : throw ListQuery.Refuse(name, $"'{name}' must be an id such as {TId.Prefix}_….");
}
