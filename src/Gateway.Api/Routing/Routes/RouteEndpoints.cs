using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Routes;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Routing.Routes;

/// <summary>Routes of all APIs.</summary>
internal static class RouteEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="admin">The group of the admin API.</param>
    public static void MapRoutes(this RouteGroupBuilder admin)
    {
        admin.MapPost("/routes:match", MatchAsync).WithTags("Routing").WithName("MatchRoute").RequirePermission(Permission.ApisRead).WithSummary("Tells which route would take a request, and why.").Produces<Envelope<RouteMatchResult>>();
        var routes = admin.MapGroup("/routes").WithTags("Routing");
        routes.MapGet("", ListAsync).WithName("ListRoutes").RequirePermission(Permission.ApisRead).WithSummary("Lists routes.").Produces<ListEnvelope<RouteView>>();
        routes.MapPost("", CreateOfBodyAsync).WithName("CreateRoute").RequirePermission(Permission.ApisWrite).WithSummary("Makes a route; the body names its API.").Produces<Envelope<RouteView>>(StatusCodes.Status201Created);
        routes.MapGet("/{id}", GetAsync).WithName("GetRoute").RequirePermission(Permission.ApisRead).WithSummary("Reads a route.").Produces<Envelope<RouteView>>();
        routes.MapPut("/{id}", ReplaceAsync).WithName("ReplaceRoute").RequirePermission(Permission.ApisWrite).WithSummary("Replaces a route.").Produces<Envelope<RouteView>>();
        routes.MapPatch("/{id}", PatchAsync).WithName("PatchRoute").RequirePermission(Permission.ApisWrite).WithSummary("Changes fields of a route (JSON merge patch).")
            .Accepts<RouteBody>("application/merge-patch+json", "application/json").Produces<Envelope<RouteView>>();
        routes.MapDelete("/{id}", DeleteAsync).WithName("DeleteRoute").RequirePermission(Permission.ApisWrite).WithSummary("Deletes a route.").Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>Makes a route of an API.</summary>
    /// <param name="context">The request.</param>
    /// <param name="apiId">The API.</param>
    /// <param name="body">The route.</param>
    /// <param name="mediator">Runs the use case.</param>
    /// <param name="cancellationToken">The request's.</param>
    public static async Task<IResult> CreateAsync(HttpContext context, ApiId apiId, RouteBody body, IMediator mediator, CancellationToken cancellationToken)
    {
        body.EnsureApi(apiId);
        var route = await mediator.Send(new CreateRoute(apiId, body.ToDefinition()), cancellationToken);
        return Answers.Created(context, "/api/v1/routes/" + route.Id, route, route.Version);
    }

    private static async Task<IResult> MatchAsync(MatchBody body, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<RouteMatchResult>(await mediator.Send(new MatchRoute(body.ToProbe()), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRoutingLists.Sorts, "apiId", "upstreamId");
        var query = new ListRoutes(list, RoutingEndpoints.QueryIdOf<ApiId>(context.Request, "apiId"), RoutingEndpoints.QueryIdOf<UpstreamId>(context.Request, "upstreamId"));
        return Answers.List(context, await mediator.Send(query, cancellationToken), list.Limit);
    }

    private static Task<IResult> CreateOfBodyAsync(HttpContext context, RouteBody body, IMediator mediator, CancellationToken cancellationToken) =>
        EntityId.TryParse<ApiId>(body.ApiId, out var apiId)
            ? CreateAsync(context, apiId, body, mediator, cancellationToken)
            : throw new DomainException(RoutingErrors.Invalid, "apiId is needed, such as api_….", "/apiId");

    private static async Task<IResult> GetAsync(HttpContext context, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var route = await mediator.Send(new GetRoute(RoutingEndpoints.IdOf<RouteId>(id)), cancellationToken);
        return Answers.Single(context, route, route.Version);
    }

    private static async Task<IResult> ReplaceAsync(HttpContext context, string id, RouteBody body, IMediator mediator, CancellationToken cancellationToken)
    {
        var key = RoutingEndpoints.IdOf<RouteId>(id);
        if (body.ApiId is not null)
        {
            body.EnsureApi(RoutingEndpoints.IdOf<ApiId>((await mediator.Send(new GetRoute(key), cancellationToken)).ApiId));
        }

        var route = await mediator.Send(new UpdateRoute(key, body.ToDefinition()), cancellationToken);
        return Answers.Single(context, route, route.Version);
    }

    private static async Task<IResult> PatchAsync(HttpContext context, string id, JsonElement patch, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var key = RoutingEndpoints.IdOf<RouteId>(id);
        var current = await mediator.Send(new GetRoute(key), cancellationToken);
        var body = Patches.Apply(write, RouteBody.Of(current), current.Version, patch);
        body.EnsureApi(RoutingEndpoints.IdOf<ApiId>(current.ApiId));
        var route = await mediator.Send(new UpdateRoute(key, body.ToDefinition()), cancellationToken);
        return Answers.Single(context, route, route.Version);
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteRoute(RoutingEndpoints.IdOf<RouteId>(id)), cancellationToken);
        return TypedResults.NoContent();
    }
}
