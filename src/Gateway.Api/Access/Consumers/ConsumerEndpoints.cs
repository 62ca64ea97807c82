using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Consumers;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Consumers;

/// <summary>What POST and PUT take, and what PATCH patches.</summary>
/// <param name="Name">Unique; 1 to 100 characters.</param>
/// <param name="Segment"><c>internal</c>, <c>partner</c>, <c>public</c> or <c>admin</c>.</param>
/// <param name="Owner">Whom to write to, at most 200 characters.</param>
/// <param name="TierId">The tier of its keys that name none; the default tier when left out.</param>
/// <param name="Metadata">Free pairs, at most 50.</param>
/// <param name="OwnerUserId">The user whose consumer it is; nobody when left out. A developer's consumers are always their own.</param>
internal sealed record ConsumerBody(
    string Name, ConsumerSegment Segment, string? Owner = null, string? TierId = null, IReadOnlyDictionary<string, string>? Metadata = null,
    string? OwnerUserId = null)
{
    public static ConsumerBody From(ConsumerDocument consumer) =>
        new(consumer.Name, consumer.Segment, consumer.Owner, consumer.TierId, consumer.Metadata, consumer.OwnerUserId);

    public CreateConsumer ToCommand() => new(Name, Segment, Owner, TierId, Metadata ?? new Dictionary<string, string>()) { OwnerUserId = OwnerUserId };

    public UpdateConsumer ToCommand(ConsumerId id) => new(id, Name, Segment, Owner, TierId, Metadata ?? new Dictionary<string, string>()) { OwnerUserId = OwnerUserId };
}

/// <summary>Maps <c>/consumers</c>.</summary>
internal static class ConsumerEndpoints
{
    /// <summary>The words of the filter <c>status</c>.</summary>
    private enum ConsumerStatus
    {
        Active,
        Suspended,
    }

    public static void MapConsumers(this RouteGroupBuilder admin)
    {
        var consumers = admin.MapGroup("/consumers").WithTags("Consumers");
        consumers.MapGet("", ListAsync).WithName("ListConsumers").RequirePermission(Permission.KeysRead).WithSummary("Lists consumers, by segment, status, tier or name.")
            .Produces<ListEnvelope<ConsumerDocument>>();
        consumers.MapPost("", CreateAsync).WithName("CreateConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Creates a consumer: whoever calls through the gateway.")
            .Produces<Envelope<ConsumerDocument>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        consumers.MapGet("/{id}", GetAsync).WithName("GetConsumer").RequirePermission(Permission.KeysRead).WithSummary("Shows a consumer.")
            .Produces<Envelope<ConsumerDocument>>().ProducesProblem(404);
        consumers.MapPut("/{id}", ReplaceAsync).WithName("ReplaceConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Replaces a consumer.")
            .Produces<Envelope<ConsumerDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        consumers.MapPatch("/{id}", PatchAsync).WithName("PatchConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Changes a consumer by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<ConsumerDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        consumers.MapDelete("/{id}", DeleteAsync).WithName("DeleteConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Removes a consumer and its revoked keys; refused while it has others.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        consumers.MapPost("/{id}:suspend", SuspendAsync).WithName("SuspendConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Stops all keys of a consumer until it is resumed.").WithDescription(ReasonBody.Description)
            .Produces<Envelope<ConsumerDocument>>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        consumers.MapPost("/{id}:resume", ResumeAsync).WithName("ResumeConsumer").RequirePermission(Permission.KeysWrite).WithSummary("Lets a suspended consumer call again.")
            .Produces<Envelope<ConsumerDocument>>().ProducesProblem(404).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IConsumerList.Sorts, "segment", "status", "tier");
        bool? suspended = PathIds.Word<ConsumerStatus>(context.Request, "status") is { } status ? status == ConsumerStatus.Suspended : null;
        var filter = new ConsumerFilter(PathIds.Word<ConsumerSegment>(context.Request, "segment"), suspended, PathIds.Query<RateLimitTierId>(context.Request, "tier"));
        return Answers.List(context, await mediator.Send(new ListConsumers(filter, list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(ConsumerBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var consumer = await mediator.Send(body.ToCommand(), cancellationToken);
        return Answers.Created(context, $"/api/v1/consumers/{consumer.Id}", ConsumerDocument.From(consumer), consumer.Version);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var consumer = await mediator.Send(new GetConsumer(IdOf(id)), cancellationToken);
        return Answers.Single(context, consumer, consumer.Version);
    }

    private static async Task<IResult> ReplaceAsync(string id, ConsumerBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken));

    private static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetConsumer(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(ConsumerBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteConsumer(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> SuspendAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new SuspendConsumer(IdOf(id), await ReasonBody.ReadAsync(context.Request, cancellationToken)), cancellationToken));

    private static async Task<IResult> ResumeAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new ResumeConsumer(IdOf(id)), cancellationToken));

    private static IResult Shown(HttpContext context, Consumer consumer) =>
        Answers.Single(context, ConsumerDocument.From(consumer), consumer.Version);

    private static ConsumerId IdOf(string id) => PathIds.Parse<ConsumerId>(id, ConsumerErrors.NotFound);
}
