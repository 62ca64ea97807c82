using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Gateway.Api.Admin;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataHub.Gateway.Api.Access.ApiKeys;

/// <summary>Maps <c>/keys</c> and <c>/consumers/{id}/keys</c>.</summary>
internal static class ApiKeyEndpoints
{
    private static readonly string[] Filters = ["status", "consumer", "tier", "environment", "segment", "health"];

    public static void MapApiKeys(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("").WithTags("Keys");
        keys.MapGet("/keys", ListAsync).WithName("ListKeys").RequirePermission(Permission.KeysRead).WithSummary("Lists keys, by status, consumer, tier, environment, segment or name.")
            .Produces<ListEnvelope<ApiKeyDocument>>();
        keys.MapPost("/keys", IssueAsync).WithName("IssueKey").RequirePermission(Permission.KeysWrite).WithSummary("Issues a key. The answer is the only one that shows its secret.")
            .Produces<IssuedKeyEnvelope>(StatusCodes.Status201Created).ProducesProblem(400);
        keys.MapGet("/consumers/{consumerId}/keys", ListOfConsumerAsync).WithName("ListConsumerKeys").RequirePermission(Permission.KeysRead).WithSummary("Lists the keys of a consumer.")
            .Produces<ListEnvelope<ApiKeyDocument>>().ProducesProblem(404);
        keys.MapPost("/consumers/{consumerId}/keys", IssueToConsumerAsync).WithName("IssueConsumerKey").RequirePermission(Permission.KeysWrite).WithSummary("Issues a key to a consumer.")
            .Produces<IssuedKeyEnvelope>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(404);
        keys.MapGet("/keys/{id}", GetAsync).WithName("GetKey").RequirePermission(Permission.KeysRead).WithSummary("Shows a key, never its secret.")
            .Produces<Envelope<ApiKeyDocument>>().ProducesProblem(404);
        keys.MapPut("/keys/{id}", ReplaceAsync).WithName("ReplaceKey").RequirePermission(Permission.KeysWrite).WithSummary("Replaces name, scopes, tier, networks, expiry and metadata of a key.")
            .Produces<Envelope<ApiKeyDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        keys.MapPatch("/keys/{id}", PatchAsync).WithName("PatchKey").RequirePermission(Permission.KeysWrite).WithSummary("Changes a key by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<ApiKeyDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        keys.MapDelete("/keys/{id}", DeleteAsync).WithName("DeleteKey").RequirePermission(Permission.KeysWrite).WithSummary("Removes a key and all that is known of it. Revoking keeps it to be looked at.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(412);
        MapAction(keys, "revoke", RevokeAsync, "Ends a key for ever, on every node.").WithDescription(ReasonBody.Description);
        MapAction(keys, "disable", DisableAsync, "Switches a key off until it is enabled.");
        MapAction(keys, "enable", EnableAsync, "Switches a key on again.");
    }

    private static RouteHandlerBuilder MapAction(RouteGroupBuilder keys, string verb, Delegate handler, string summary) =>
        keys.MapPost($"/keys/{{id}}:{verb}", handler).WithName($"{char.ToUpperInvariant(verb[0])}{verb[1..]}Key").RequirePermission(Permission.KeysWrite).WithSummary(summary)
            .Produces<Envelope<ApiKeyDocument>>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IApiKeyList.Sorts, Filters);
        var page = await mediator.Send(new ListApiKeys(FilterOf(context.Request, PathIds.Query<ConsumerId>(context.Request, "consumer")), list), cancellationToken);
        return Answers.List(context, page, list.Limit);
    }

    private static async Task<IResult> ListOfConsumerAsync(string consumerId, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var id = PathIds.Parse<ConsumerId>(consumerId, ConsumerErrors.NotFound);
        await mediator.Send(new Application.Access.Consumers.GetConsumer(id), cancellationToken);
        var list = ListQuery.Read(context.Request, IApiKeyList.Sorts, [.. Filters.Where(f => f != "consumer")]);
        var page = await mediator.Send(new ListApiKeys(FilterOf(context.Request, id), list), cancellationToken);
        return Answers.List(context, page, list.Limit);
    }

    private static ApiKeyFilter FilterOf(HttpRequest request, ConsumerId? consumerId) => new(
        PathIds.Word<KeyStatus>(request, "status"), consumerId, PathIds.Query<RateLimitTierId>(request, "tier"),
        PathIds.Word<KeyEnvironment>(request, "environment"), PathIds.Word<ConsumerSegment>(request, "segment"), PathIds.Word<KeyHealthCode>(request, "health"));

    private static async Task<IResult> IssueAsync(IssueApiKeyBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        Issued(context, await mediator.Send(body.ToCommand(body.ConsumerId), cancellationToken), clock);

    private static async Task<IResult> IssueToConsumerAsync(
        string consumerId, IssueApiKeyBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var consumer = await mediator.Send(
            new Application.Access.Consumers.GetConsumer(PathIds.Parse<ConsumerId>(consumerId, ConsumerErrors.NotFound)), cancellationToken);
        if (body.ConsumerId is not null && body.ConsumerId != consumer.Id)
        {
            throw new DomainException(ApiKeyErrors.Invalid, "The body names another consumer than the path; leave it out.", "/consumerId");
        }

        return Issued(context, await mediator.Send(body.ToCommand(consumer.Id), cancellationToken), clock);
    }

    private static JsonHttpResult<IssuedKeyEnvelope> Issued(HttpContext context, IssuedApiKey issued, TimeProvider clock)
    {
        var key = ApiKeyDocument.From(issued.Key, clock.GetUtcNow());
        var headers = context.Response.Headers;
        headers.ETag = WriteContext.EtagOf(issued.Key);

        // A secret must not outlive the answer in any cache (RFC 9111 §5.2.2.5).
        headers.CacheControl = "no-store";
        if (context.RequestServices.GetRequiredService<WriteContext>().DryRun)
        {
            return TypedResults.Json(new IssuedKeyEnvelope(key, null, IssuedKeyEnvelope.NotIssued), AdminJson.Options);
        }

        headers.Location = $"/api/v1/keys/{key.Id}";
        return TypedResults.Json(
            new IssuedKeyEnvelope(key, issued.Secret.Reveal(), IssuedKeyEnvelope.ShownOnce), AdminJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var key = await mediator.Send(new GetApiKey(IdOf(id)), cancellationToken);
        return Answers.Single(context, key, key.Version);
    }

    private static async Task<IResult> ReplaceAsync(
        string id, ApiKeyBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken), clock);

    private static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, TimeProvider clock, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetApiKey(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(ApiKeyBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken), clock);
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteApiKey(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RevokeAsync(
        string id, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new RevokeApiKey(IdOf(id), await ReasonBody.ReadAsync(context.Request, cancellationToken)), cancellationToken), clock);

    private static async Task<IResult> DisableAsync(string id, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new DisableApiKey(IdOf(id)), cancellationToken), clock);

    private static async Task<IResult> EnableAsync(string id, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new EnableApiKey(IdOf(id)), cancellationToken), clock);

    private static IResult Shown(HttpContext context, ApiKey key, TimeProvider clock) =>
        Answers.Single(context, ApiKeyDocument.From(key, clock.GetUtcNow()), key.Version);

    private static ApiKeyId IdOf(string id) => PathIds.Parse<ApiKeyId>(id, ApiKeyErrors.NotFound);
}
