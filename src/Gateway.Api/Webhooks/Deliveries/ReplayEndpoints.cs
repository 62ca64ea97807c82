using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Replays;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Gateway.Api.Webhooks.Deliveries;

/// <summary>What recovering takes.</summary>
/// <param name="Since">From when: of the end, or of storing the event.</param>
/// <param name="Until">Until when; default now.</param>
/// <param name="Kind"><c>ended</c> (default): what failed, expired or was quarantined and was not delivered since. <c>missed</c>: events that were wanted and never attempted.</param>
/// <param name="EventType">Of which type; default all.</param>
/// <param name="Outcomes">For <c>ended</c>: of which outcomes. Default failed, expired and quarantined.</param>
internal record RecoverBody(DateTimeOffset Since, DateTimeOffset? Until = null, ReplayKind Kind = ReplayKind.Ended, string? EventType = null, IReadOnlyList<DeliveryOutcome>? Outcomes = null);

/// <summary>What a job in bulk takes.</summary>
/// <param name="Since">From when: of the end, or of storing the event.</param>
/// <param name="SubscriptionId">To whom; default (for <c>ended</c> only) to all of the tenant.</param>
internal sealed record ReplayBody(DateTimeOffset Since, string? SubscriptionId = null) : RecoverBody(Since);

/// <summary>Maps <c>/webhooks/jobs</c>.</summary>
internal static class ReplayEndpoints
{
    private const string Place = "/api/v1/webhooks/jobs";
    private const string OwnPlace = "/api/v1/self/webhooks/jobs";

    public static void MapJobs(this RouteGroupBuilder admin)
    {
        var group = admin.MapGroup("/webhooks/jobs").WithTags("Webhooks");
        group.MapGet("", ListAsync).WithName("ListReplayJobs").RequirePermission(Permission.AnalyticsRead).WithSummary("Lists jobs that send deliveries again, by state.").Produces<ListEnvelope<ReplayJobView>>();
        group.MapPost("", StartAsync).WithName("StartReplayJob").RequirePermission(Permission.ApisWrite).WithSummary("Sends again in bulk, by subscription, type, outcome and time; survives a crash.")
            .Produces<Envelope<ReplayJobView>>(StatusCodes.Status202Accepted).ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{id}", GetAsync).WithName("GetReplayJob").RequirePermission(Permission.AnalyticsRead).WithSummary("Shows how far a job has come: percent, rate, time left.").Produces<Envelope<ReplayJobView>>().ProducesProblem(404);
        group.MapPost("/{id}:cancel", CancelAsync).WithName("CancelReplayJob").RequirePermission(Permission.ApisWrite).WithSummary("Ends a job; what it has put into the queue stays there.")
            .Produces<Envelope<ReplayJobView>>().ProducesProblem(404).ProducesProblem(409);
    }

    public static async Task<IResult> RecoverAsync(string id, RecoverBody body, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken) =>
        await AnswerAsync(context, new StartReplay(body.Kind, SubscriptionEndpoints.IdOf(id), body.EventType, body.Outcomes, body.Since, body.Until), mediator, write, cancellationToken);

    private static async Task<IResult> StartAsync(ReplayBody body, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        SubscriptionId? subscription = body.SubscriptionId is null ? null
            : EntityId.TryParse<SubscriptionId>(body.SubscriptionId, out var id) ? id
            : throw new DomainException(SubscriptionErrors.NotFound);
        return await AnswerAsync(context, new StartReplay(body.Kind, subscription, body.EventType, body.Outcomes, body.Since, body.Until), mediator, write, cancellationToken);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IReplayJobs.Sorts, "state");
        return Answers.List(context, await mediator.Send(new ListReplays(PathIds.Word<ReplayState>(context.Request, "state"), list), cancellationToken), list.Limit);
    }

    public static async Task<IResult> GetAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<ReplayJobView>(await mediator.Send(new GetReplay(IdOf(id)), cancellationToken)), AdminJson.Options);

    public static async Task<IResult> CancelAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new CancelReplay(IdOf(id)), cancellationToken);
        return await GetAsync(id, mediator, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, StartReplay command, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var id = await mediator.Send(command, cancellationToken);
        if (write.DryRun)
        {
            return TypedResults.Json(new Envelope<object>(new { kind = command.Kind }), AdminJson.Options);
        }

        context.Response.Headers.Location = $"{(write.Actor.Kind == ActorKind.ApiKey ? OwnPlace : Place)}/{id}";
        return TypedResults.Json(new Envelope<ReplayJobView>(await mediator.Send(new GetReplay(id), cancellationToken)), AdminJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static ReplayJobId IdOf(string id) => PathIds.Parse<ReplayJobId>(id, GetReplay.NotFound);
}
