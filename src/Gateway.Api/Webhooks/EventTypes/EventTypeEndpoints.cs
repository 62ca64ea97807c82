using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Webhooks.Events;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Webhooks.EventTypes;

/// <summary>An event type as PUT takes it, and as PATCH patches it.</summary>
/// <param name="Description">For people, at most 500 characters.</param>
/// <param name="Schema">JSON Schema of the data, at most 64 KiB. Default none: anything goes.</param>
/// <param name="Example">Example of the data; has to pass the schema.</param>
/// <param name="Scope">The scope that a key needs for it; default <c>{first word}:read</c>.</param>
/// <param name="Deprecated">True: on its way out, still published and delivered.</param>
/// <param name="Archived">True: nothing can be published any more.</param>
internal record EventTypeBody(string? Description = null, JsonElement? Schema = null, JsonElement? Example = null, string? Scope = null, bool Deprecated = false, bool Archived = false)
{
    /// <summary>The state as PUT would write it.</summary>
    /// <param name="view">A type as it is shown.</param>
    public static EventTypeBody From(EventTypeView view) => new(view.Description, view.Schema, view.Example, view.Scope, view.Deprecated, view.Archived);

    /// <summary>What is set.</summary>
    public EventTypeSettings ToSettings() => new(Description, JsonText.Of(Schema, "/schema"), JsonText.Of(Example, "/example"), Scope, Deprecated, Archived);
}

/// <summary>An event type as POST takes it.</summary>
/// <param name="Name">Words of a-z, 0-9 and _ joined by dots; for ever.</param>
internal sealed record NewEventTypeBody(string Name) : EventTypeBody;

/// <summary>Maps <c>/webhooks/event-types</c>.</summary>
internal static class EventTypeEndpoints
{
    private static readonly string[] Sorts = ["name"];

    /// <summary>The words of the filter <c>builtIn</c>.</summary>
    private enum Switch
    {
        False,
        True,
    }

    public static void MapEventTypes(this RouteGroupBuilder admin)
    {
        var group = admin.MapGroup("/webhooks/event-types").WithTags("Webhooks");
        group.MapGet("", ListAsync).WithName("ListEventTypes").RequirePermission(Permission.ApisRead).WithSummary("Lists event types by name: the gateway's own and the tenant's.")
            .Produces<ListEnvelope<EventTypeView>>();
        group.MapPost("", CreateAsync).WithName("RegisterEventType").RequirePermission(Permission.ApisWrite).WithSummary("Registers an event type of the tenant's own, with its JSON Schema.")
            .Produces<Envelope<EventTypeView>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        group.MapGet("/{name}", GetAsync).WithName("GetEventType").RequirePermission(Permission.ApisRead).WithSummary("Shows an event type with its schema and an example.")
            .Produces<Envelope<EventTypeView>>().ProducesProblem(404);
        group.MapPut("/{name}", ReplaceAsync).WithName("ReplaceEventType").RequirePermission(Permission.ApisWrite).WithSummary("Replaces an event type; another schema is another version of it.")
            .Produces<Envelope<EventTypeView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(412);
        group.MapPatch("/{name}", PatchAsync).WithName("PatchEventType").RequirePermission(Permission.ApisWrite).WithSummary("Changes an event type by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<EventTypeView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(412);
        group.MapDelete("/{name}", DeleteAsync).WithName("DeleteEventType").RequirePermission(Permission.ApisWrite).WithSummary("Removes an event type; subscriptions that name it stay.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, Sorts, "builtIn");
        bool? builtIn = PathIds.Word<Switch>(context.Request, "builtIn") is { } word ? word == Switch.True : null;
        return Answers.List(context, await mediator.Send(new ListEventTypes(builtIn, list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(NewEventTypeBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var type = await mediator.Send(new RegisterEventType(body.Name, body.ToSettings()), cancellationToken);
        return Answers.Created(context, $"/api/v1/webhooks/event-types/{type.Name}", EventTypeView.Of(type), type.Version);
    }

    private static async Task<IResult> GetAsync(string name, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var view = await mediator.Send(new GetEventType(name), cancellationToken);
        return Answers.Single(context, view, view.Version);
    }

    private static async Task<IResult> ReplaceAsync(string name, EventTypeBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new UpdateEventType(name, body.ToSettings()), cancellationToken));

    private static async Task<IResult> PatchAsync(string name, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetEventType(name), cancellationToken);
        var patched = MergePatch.Apply(EventTypeBody.From(current), patch);
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(new UpdateEventType(name, patched.ToSettings()), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string name, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteEventType(name), cancellationToken);
        return TypedResults.NoContent();
    }

    private static IResult Shown(HttpContext context, EventType type) => Answers.Single(context, EventTypeView.Of(type), type.Version);
}
