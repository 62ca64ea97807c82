using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Apis;
using DataHub.Application.Routing.Routes;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Routing.Apis;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Routing.Routes;
using MediatR;

namespace DataHub.Gateway.Api.Routing.Apis;

/// <summary>APIs, and the routes of one.</summary>
internal static class ApiEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="admin">The group of the admin API.</param>
    public static void MapApis(this RouteGroupBuilder admin)
    {
        var apis = admin.MapGroup("/apis").WithTags("Routing");
        apis.MapGet("", ListAsync).WithName("ListApis").RequirePermission(Permission.ApisRead).WithSummary("Lists APIs.").Produces<ListEnvelope<ApiView>>();
        apis.MapPost("", CreateAsync).WithName("CreateApi").RequirePermission(Permission.ApisWrite).WithSummary("Makes an API.").Produces<Envelope<ApiView>>(StatusCodes.Status201Created);
        apis.MapGet("/{id}", GetAsync).WithName("GetApi").RequirePermission(Permission.ApisRead).WithSummary("Reads an API.").Produces<Envelope<ApiView>>();
        apis.MapPut("/{id}", ReplaceAsync).WithName("ReplaceApi").RequirePermission(Permission.ApisWrite).WithSummary("Replaces an API.").Produces<Envelope<ApiView>>();
        apis.MapPatch("/{id}", PatchAsync).WithName("PatchApi").RequirePermission(Permission.ApisWrite).WithSummary("Changes fields of an API (JSON merge patch).")
            .Accepts<ApiDefinition>("application/merge-patch+json", "application/json").Produces<Envelope<ApiView>>();
        apis.MapDelete("/{id}", DeleteAsync).WithName("DeleteApi").RequirePermission(Permission.ApisWrite).WithSummary("Deletes an API that has no routes.").Produces(StatusCodes.Status204NoContent);
        apis.MapGet("/{id}/routes", ListRoutesAsync).WithName("ListRoutesOfApi").RequirePermission(Permission.ApisRead).WithSummary("Lists the routes of an API.").Produces<ListEnvelope<RouteView>>();
        apis.MapPost("/{id}/routes", CreateRouteAsync).WithName("CreateRouteOfApi").RequirePermission(Permission.ApisWrite).WithSummary("Makes a route of an API.").Produces<Envelope<RouteView>>(StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRoutingLists.Sorts);
        return Answers.List(context, await mediator.Send(new ListApis(list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ApiDefinition body, IMediator mediator, CancellationToken cancellationToken)
    {
        var api = await mediator.Send(new CreateApi(body), cancellationToken);
        return Answers.Created(context, "/api/v1/apis/" + api.Id, api, api.Version);
    }

    private static async Task<IResult> GetAsync(HttpContext context, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var api = await mediator.Send(new GetApi(RoutingEndpoints.IdOf<ApiId>(id)), cancellationToken);
        return Answers.Single(context, api, api.Version);
    }

    private static async Task<IResult> ReplaceAsync(HttpContext context, string id, ApiDefinition body, IMediator mediator, CancellationToken cancellationToken)
    {
        var api = await mediator.Send(new UpdateApi(RoutingEndpoints.IdOf<ApiId>(id), body), cancellationToken);
        return Answers.Single(context, api, api.Version);
    }

    private static async Task<IResult> PatchAsync(HttpContext context, string id, JsonElement patch, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var key = RoutingEndpoints.IdOf<ApiId>(id);
        var current = await mediator.Send(new GetApi(key), cancellationToken);
        var body = Patches.Apply(write, current.Definition, current.Version, patch);
        var api = await mediator.Send(new UpdateApi(key, body), cancellationToken);
        return Answers.Single(context, api, api.Version);
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteApi(RoutingEndpoints.IdOf<ApiId>(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ListRoutesAsync(HttpContext context, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRoutingLists.Sorts);
        var api = await mediator.Send(new GetApi(RoutingEndpoints.IdOf<ApiId>(id)), cancellationToken);
        return Answers.List(context, await mediator.Send(new ListRoutes(list, RoutingEndpoints.IdOf<ApiId>(api.Id), null), cancellationToken), list.Limit);
    }

    private static Task<IResult> CreateRouteAsync(HttpContext context, string id, RouteBody body, IMediator mediator, CancellationToken cancellationToken) =>
        RouteEndpoints.CreateAsync(context, RoutingEndpoints.IdOf<ApiId>(id), body, mediator, cancellationToken);
}
