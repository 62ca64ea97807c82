using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Replays;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Webhooks.Deliveries;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataHub.Gateway.Api.Webhooks.Subscriptions;

/// <summary>Maps <c>/webhooks/subscriptions</c>.</summary>
internal static class SubscriptionEndpoints
{
    /// <summary>Of all endpoints that test, so that a test is no tool against others.</summary>
    public static CallsPerMinute TestLimit => new("tests", services => services.GetRequiredService<SubscriptionsOptions>().TestsPerMinute);

    /// <summary>The words of filters that are on or off.</summary>
    private enum Switch
    {
        False,
        True,
    }

    public static void MapSubscriptions(this RouteGroupBuilder admin)
    {
        var group = admin.MapGroup("/webhooks/subscriptions").WithTags("Webhooks");
        group.MapGet("", ListAsync).WithName("ListSubscriptions").RequirePermission(Permission.ApisRead)
            .WithSummary("Lists subscriptions, by state, key, consumer, event type or URL.").Produces<ListEnvelope<SubscriptionView>>();
        group.MapPost("", CreateAsync).WithName("CreateSubscription").RequirePermission(Permission.ApisWrite)
            .WithSummary("Subscribes an endpoint to events. The answer is the only one that shows its secret.")
            .Produces<SecretEnvelope>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        group.MapGet("/{id}", GetAsync).WithName("GetSubscription").RequirePermission(Permission.ApisRead).WithSummary("Shows a subscription and how its endpoint does, never its secrets.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(404);
        group.MapPut("/{id}", ReplaceAsync).WithName("ReplaceSubscription").RequirePermission(Permission.ApisWrite).WithSummary("Replaces a subscription; what waits for it goes to the new place.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(412);
        group.MapPatch("/{id}", PatchAsync).WithName("PatchSubscription").RequirePermission(Permission.ApisWrite).WithSummary("Changes a subscription by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(412);
        group.MapDelete("/{id}", DeleteAsync).WithName("DeleteSubscription").RequirePermission(Permission.ApisWrite).WithSummary("Removes a subscription; what waits for it is discarded.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(412);
        group.MapPost("/{id}:enable", EnableAsync).WithName("EnableSubscription").RequirePermission(Permission.ApisWrite).WithSummary("Switches a subscription on: what is held for it is delivered.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(404).ProducesProblem(412);
        group.MapPost("/{id}:disable", DisableAsync).WithName("DisableSubscription").RequirePermission(Permission.ApisWrite).WithSummary("Switches a subscription off: what comes for it is held.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(404).ProducesProblem(412);
        group.MapPost("/{id}:rotate-secret", RotateAsync).WithName("RotateSubscriptionSecret").RequirePermission(Permission.ApisWrite)
            .WithSummary("Adds a secret and gives the earlier ones an end; until then all of them sign.").WithDescription(RotateSecretBody.Description)
            .Produces<SecretEnvelope>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        group.MapPost("/{id}:revoke-secret", RevokeAsync).WithName("RevokeSubscriptionSecret").RequirePermission(Permission.ApisWrite).WithSummary("Ends an earlier secret at once.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        group.MapPost("/{id}:recover", ReplayEndpoints.RecoverAsync).WithName("RecoverSubscription").RequirePermission(Permission.ApisWrite)
            .WithSummary("Sends again what failed since an instant, or what was missed while it was disabled; as a job.")
            .Produces<Envelope<ReplayJobView>>(StatusCodes.Status202Accepted).ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/{id}:test", TestAsync).WithName("TestSubscription").RequirePermission(Permission.ApisWrite).NotRepeatable().AddEndpointFilter(TestLimit)
            .WithSummary("Sends a signed datahub.ping now, by the way that every delivery takes.").WithDescription(TestBody.Description)
            .Produces<Envelope<EndpointTest>>().ProducesProblem(404).ProducesProblem(429);
    }

    public static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, ISubscriptionList.Sorts, "enabled", "verified", "key", "consumer", "eventType");
        var filter = new SubscriptionFilter(
            OnOff(context.Request, "enabled"), OnOff(context.Request, "verified"), PathIds.Query<ApiKeyId>(context.Request, "key"), PathIds.Query<ConsumerId>(context.Request, "consumer"),
            context.Request.Query["eventType"] is [{ Length: > 0 } type] ? type : null);
        return Answers.List(context, await mediator.Send(new ListSubscriptions(filter, list), cancellationToken), list.Limit);
    }

    public static Task<IResult> CreateAsync(SubscriptionBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        CreateUnderAsync("/api/v1/webhooks/subscriptions", body, context, mediator, clock, cancellationToken);

    public static async Task<IResult> CreateUnderAsync(string place, SubscriptionBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var made = await mediator.Send(body.ToCommand(), cancellationToken);
        var dryRun = context.RequestServices.GetRequiredService<WriteContext>().DryRun;
        if (!dryRun)
        {
            context.Response.Headers.Location = $"{place}/{made.Subscription.Id}";
        }

        return Shown(context, made, EndpointState.Unknown, clock, dryRun, StatusCodes.Status201Created);
    }

    public static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var view = await mediator.Send(new GetSubscription(IdOf(id)), cancellationToken);
        return Answers.Single(context, view, view.Version);
    }

    public static async Task<IResult> ReplaceAsync(string id, SubscriptionBody body, HttpContext context, IMediator mediator, IEndpointStates states, TimeProvider clock, CancellationToken cancellationToken) =>
        await ShownAsync(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken), states, clock);

    public static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, IEndpointStates states, WriteContext write, TimeProvider clock, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetSubscription(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(SubscriptionBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return await ShownAsync(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken), states, clock);
    }

    public static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteSubscription(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    public static async Task<IResult> EnableAsync(string id, HttpContext context, IMediator mediator, IEndpointStates states, TimeProvider clock, CancellationToken cancellationToken) =>
        await ShownAsync(context, await mediator.Send(new EnableSubscription(IdOf(id)), cancellationToken), states, clock);

    public static async Task<IResult> DisableAsync(string id, HttpContext context, IMediator mediator, IEndpointStates states, TimeProvider clock, CancellationToken cancellationToken) =>
        await ShownAsync(context, await mediator.Send(new DisableSubscription(IdOf(id)), cancellationToken), states, clock);

    public static async Task<IResult> RotateAsync(string id, HttpContext context, IMediator mediator, IEndpointStates states, WriteContext write, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<RotateSecretBody>(context.Request, cancellationToken) ?? new RotateSecretBody();
        var made = await mediator.Send(new RotateSecret(IdOf(id), body.OverlapSeconds), cancellationToken);
        return Shown(context, made, await StateAsync(states, made.Subscription), clock, write.DryRun, StatusCodes.Status200OK);
    }

    public static async Task<IResult> RevokeAsync(
        string id, HttpContext context, IMediator mediator, IEndpointStates states, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<RevokeSecretBody>(context.Request, cancellationToken);
        return await ShownAsync(context, await mediator.Send(new RevokeSecret(IdOf(id), body?.Number ?? 0), cancellationToken), states, clock);
    }

    public static async Task<IResult> TestAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<TestBody>(context.Request, cancellationToken) ?? new TestBody();
        return TypedResults.Json(new Envelope<EndpointTest>(await mediator.Send(new TestEndpoint(IdOf(id), body.Challenge), cancellationToken)), AdminJson.Options);
    }

    public static SubscriptionId IdOf(string id) => PathIds.Parse<SubscriptionId>(id, SubscriptionErrors.NotFound);

    private static bool? OnOff(HttpRequest request, string name) => PathIds.Word<Switch>(request, name) is { } word ? word == Switch.True : null;

    private static JsonHttpResult<SecretEnvelope> Shown(HttpContext context, SecretShown made, EndpointState state, TimeProvider clock, bool dryRun, int status)
    {
        var view = SubscriptionView.Of(made.Subscription, state, clock.GetUtcNow());
        context.Response.Headers.ETag = WriteContext.EtagOf(made.Subscription);
        var envelope = dryRun ? new SecretEnvelope(view, null, SecretEnvelope.DryRun) : new SecretEnvelope(view, made.Secret.Reveal(), SecretEnvelope.Store);
        return TypedResults.Json(envelope, AdminJson.Options, statusCode: dryRun ? StatusCodes.Status200OK : status);
    }

    private static async Task<IResult> ShownAsync(HttpContext context, Subscription subscription, IEndpointStates states, TimeProvider clock) =>
        Answers.Single(context, SubscriptionView.Of(subscription, await StateAsync(states, subscription), clock.GetUtcNow()), subscription.Version);

    private static async Task<EndpointState> StateAsync(IEndpointStates states, Subscription subscription) =>
        (await states.ReadAsync([subscription.Id], CancellationToken.None)).GetValueOrDefault(subscription.Id, EndpointState.Unknown);
}
