using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Upstreams;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Routing.Upstreams;

/// <summary>Upstreams and their destinations.</summary>
internal static class UpstreamEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="admin">The group of the admin API.</param>
    public static void MapUpstreams(this RouteGroupBuilder admin)
    {
        var upstreams = admin.MapGroup("/upstreams").WithTags("Routing");
        upstreams.MapGet("", ListAsync).WithName("ListUpstreams").RequirePermission(Permission.ApisRead).WithSummary("Lists upstreams.").Produces<ListEnvelope<UpstreamView>>();
        upstreams.MapPost("", CreateAsync).WithName("CreateUpstream").RequirePermission(Permission.ApisWrite).WithSummary("Makes an upstream.").Produces<Envelope<UpstreamView>>(StatusCodes.Status201Created);
        upstreams.MapGet("/{id}", GetAsync).WithName("GetUpstream").RequirePermission(Permission.ApisRead).WithSummary("Reads an upstream.").Produces<Envelope<UpstreamView>>();
        upstreams.MapPut("/{id}", ReplaceAsync).WithName("ReplaceUpstream").RequirePermission(Permission.ApisWrite).WithSummary("Replaces an upstream.").Produces<Envelope<UpstreamView>>();
        upstreams.MapPatch("/{id}", PatchAsync).WithName("PatchUpstream").RequirePermission(Permission.ApisWrite).WithSummary("Changes fields of an upstream (JSON merge patch).")
            .Accepts<UpstreamDefinition>("application/merge-patch+json", "application/json").Produces<Envelope<UpstreamView>>();
        upstreams.MapDelete("/{id}", DeleteAsync).WithName("DeleteUpstream").RequirePermission(Permission.ApisWrite).WithSummary("Deletes an upstream that no route uses.").Produces(StatusCodes.Status204NoContent);

        upstreams.MapGet("/{id}/destinations", ListDestinationsAsync).WithName("ListDestinations").RequirePermission(Permission.ApisRead).WithSummary("Lists the destinations of an upstream.").Produces<ListEnvelope<Destination>>();
        upstreams.MapPost("/{id}/destinations", AddDestinationAsync).WithName("AddDestination").RequirePermission(Permission.ApisWrite).WithSummary("Adds a destination to an upstream.").Produces<Envelope<Destination>>(StatusCodes.Status201Created);
        upstreams.MapDelete("/{id}/destinations/{name}", RemoveDestinationAsync).WithName("RemoveDestination").RequirePermission(Permission.ApisWrite).WithSummary("Removes a destination from an upstream.").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRoutingLists.Sorts);
        return Answers.List(context, await mediator.Send(new ListUpstreams(list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, UpstreamDefinition body, IMediator mediator, CancellationToken cancellationToken)
    {
        var upstream = await mediator.Send(new CreateUpstream(body), cancellationToken);
        return Answers.Created(context, "/api/v1/upstreams/" + upstream.Id, upstream, upstream.Version);
    }

    private static async Task<IResult> GetAsync(HttpContext context, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var upstream = await mediator.Send(new GetUpstream(RoutingEndpoints.IdOf<UpstreamId>(id)), cancellationToken);
        return Answers.Single(context, upstream, upstream.Version);
    }

    private static async Task<IResult> ReplaceAsync(HttpContext context, string id, UpstreamDefinition body, IMediator mediator, CancellationToken cancellationToken)
    {
        var upstream = await mediator.Send(new UpdateUpstream(RoutingEndpoints.IdOf<UpstreamId>(id), body), cancellationToken);
        return Answers.Single(context, upstream, upstream.Version);
    }

    private static async Task<IResult> PatchAsync(HttpContext context, string id, JsonElement patch, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var key = RoutingEndpoints.IdOf<UpstreamId>(id);
        var current = await mediator.Send(new GetUpstream(key), cancellationToken);
        var body = Patches.Apply(write, current.ToDefinition(), current.Version, patch);
        var upstream = await mediator.Send(new UpdateUpstream(key, body), cancellationToken);
        return Answers.Single(context, upstream, upstream.Version);
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteUpstream(RoutingEndpoints.IdOf<UpstreamId>(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ListDestinationsAsync(HttpContext context, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var upstream = await mediator.Send(new GetUpstream(RoutingEndpoints.IdOf<UpstreamId>(id)), cancellationToken);
        return Answers.List(context, new Page<Destination>(upstream.Destinations, null), UpstreamDefinition.MaxDestinations);
    }

    private static async Task<IResult> AddDestinationAsync(HttpContext context, string id, Destination body, IMediator mediator, CancellationToken cancellationToken)
    {
        var upstream = await mediator.Send(new AddDestination(RoutingEndpoints.IdOf<UpstreamId>(id), body), cancellationToken);
        return Answers.Created(context, $"/api/v1/upstreams/{upstream.Id}/destinations/{Uri.EscapeDataString(body.Name)}", body, upstream.Version);
    }

    private static async Task<IResult> RemoveDestinationAsync(string id, string name, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RemoveDestination(RoutingEndpoints.IdOf<UpstreamId>(id), name), cancellationToken);
        return TypedResults.NoContent();
    }
}
