using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Application.Webhooks.Replays;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Webhooks.Events;
using MediatR;

namespace DataHub.Gateway.Api.Webhooks.Deliveries;

/// <summary>Maps <c>/webhooks/deliveries</c>.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDeliveries(this RouteGroupBuilder admin)
    {
        var group = admin.MapGroup("/webhooks/deliveries").WithTags("Webhooks");
        group.MapGet("", ListAsync).WithName("ListDeliveries").RequirePermission(Permission.AnalyticsRead)
            .WithSummary("Lists deliveries, those that wait and those that have ended, by subscription, event, type, state, job or time.").Produces<ListEnvelope<DeliveryView>>();
        group.MapGet("/{id}", GetAsync).WithName("GetDelivery").RequirePermission(Permission.AnalyticsRead).WithSummary("Shows a delivery.").Produces<Envelope<DeliveryView>>().ProducesProblem(404);
        group.MapGet("/{id}/attempts", AttemptsAsync).WithName("ListAttempts").RequirePermission(Permission.AnalyticsRead).WithSummary("Lists the attempts of a delivery, oldest first: status, timings, headers and the start of the answer.")
            .Produces<ListEnvelope<AttemptView>>().ProducesProblem(404);
        group.MapPost("/{id}:resend", ResendAsync).WithName("ResendDelivery").RequirePermission(Permission.ApisWrite)
            .WithSummary("Sends a delivery again that has ended: the same event under the same webhook-id, to where the subscription leads now.")
            .Produces<Envelope<ResentDelivery>>(StatusCodes.Status202Accepted).ProducesProblem(404).ProducesProblem(409);
    }

    public static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var list = ListQuery.Read(request, IDeliveryReader.Sorts, "subscription", "event", "type", "state", "job", "from", "to");
        var filter = new DeliveryFilter(
            PathIds.Query<SubscriptionId>(request, "subscription"), PathIds.Query<Domain.Webhooks.Events.EventId>(request, "event"), request.Query["type"] is [{ Length: > 0 } type] ? type : null,
            PathIds.Word<DeliveryState>(request, "state"), PathIds.Query<ReplayJobId>(request, "job"), EventEndpoints.Instant(request, "from"), EventEndpoints.Instant(request, "to"));
        return Answers.List(context, await mediator.Send(new ListDeliveries(filter, list), cancellationToken), list.Limit);
    }

    public static async Task<IResult> GetAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<DeliveryView>(await mediator.Send(new GetDelivery(IdOf(id)), cancellationToken)), AdminJson.Options);

    public static async Task<IResult> AttemptsAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IDeliveryReader.AttemptSorts);
        return Answers.List(context, await mediator.Send(new ListAttempts(IdOf(id), list with { Sort = list.Sort ?? "startedAt" }), cancellationToken), list.Limit);
    }

    public static async Task<IResult> ResendAsync(string id, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var made = await mediator.Send(new ResendDelivery(IdOf(id)), cancellationToken);
        if (!write.DryRun)
        {
            await mediator.Send(new RingReplays(made.SubscriptionId), cancellationToken);
        }

        return TypedResults.Json(new Envelope<ResentDelivery>(made), AdminJson.Options, statusCode: write.DryRun ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private static DeliveryId IdOf(string id) => PathIds.Parse<DeliveryId>(id, GetDelivery.NotFound);
}
