using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.DeliveryLog;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Application.Webhooks.Replays;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Webhooks.Deliveries;
using DataHub.Gateway.Api.Webhooks.Events;
using DataHub.Gateway.Api.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Gateway.Api.Webhooks.SelfService;

/// <summary>What testing takes where the subscription is named in the body.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Challenge">True: the endpoint has to answer with the challenge.</param>
internal sealed record OwnTestBody(string Id, bool Challenge = false);

/// <summary>Maps <c>/self/webhooks</c>: what the holder of a live or test key may do with its own subscriptions, bound by the scopes of the key.</summary>
internal static class OwnWebhookEndpoints
{
    private const string Place = "/api/v1/self/webhooks";

    public static void MapOwnWebhooks(this RouteGroupBuilder admin)
    {
        var own = admin.MapGroup("/self/webhooks").WithTags("Self-service").RequireSignedIn(ActorKind.ApiKey);
        own.MapGet("", SubscriptionEndpoints.ListAsync).WithName("ListOwnWebhooks").WithSummary("Lists the subscriptions of the key of this request.").Produces<ListEnvelope<SubscriptionView>>();
        own.MapGet("/list", SubscriptionEndpoints.ListAsync).WithName("ListOwnWebhooksByName").WithSummary("The same as GET /self/webhooks.").Produces<ListEnvelope<SubscriptionView>>();
        own.MapPost("", CreateAsync).WithName("CreateOwnWebhook").WithSummary("Subscribes an endpoint to events that the key's scopes cover. The answer is the only one that shows its secret.")
            .Produces<SecretEnvelope>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        own.MapPost("/register", CreateAsync).WithName("RegisterOwnWebhook").WithSummary("The same as POST /self/webhooks.")
            .Produces<SecretEnvelope>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        own.MapPost("/test", TestByBodyAsync).WithName("TestOwnWebhookByBody").NotRepeatable().AddEndpointFilter(SubscriptionEndpoints.TestLimit)
            .WithSummary("Sends a signed datahub.ping to the endpoint of a subscription that the body names.").Produces<Envelope<EndpointTest>>().ProducesProblem(404).ProducesProblem(429);
        own.MapGet("/events/{id}", EventEndpoints.GetAsync).WithName("GetOwnWebhookEvent").WithSummary("Shows an event that the key's scopes cover: what a thin payload points to.").Produces<Envelope<EventView>>().ProducesProblem(404);
        own.MapGet("/deliveries", DeliveryEndpoints.ListAsync).WithName("ListOwnDeliveries").WithSummary("Lists deliveries to a subscription of the key, which ?subscription= names.").Produces<ListEnvelope<DeliveryView>>().ProducesProblem(404);
        own.MapGet("/deliveries/{id}", DeliveryEndpoints.GetAsync).WithName("GetOwnDelivery").WithSummary("Shows a delivery to a subscription of the key.").Produces<Envelope<DeliveryView>>().ProducesProblem(404);
        own.MapGet("/deliveries/{id}/attempts", DeliveryEndpoints.AttemptsAsync).WithName("ListOwnAttempts").WithSummary("Lists the attempts of such a delivery.").Produces<ListEnvelope<AttemptView>>().ProducesProblem(404);
        own.MapPost("/deliveries/{id}:resend", DeliveryEndpoints.ResendAsync).WithName("ResendOwnDelivery").WithSummary("Sends such a delivery again.").Produces<Envelope<ResentDelivery>>(StatusCodes.Status202Accepted).ProducesProblem(404).ProducesProblem(409);
        own.MapGet("/jobs/{id}", ReplayEndpoints.GetAsync).WithName("GetOwnReplayJob").WithSummary("Shows how far a job that sends again to a subscription of the key has come.").Produces<Envelope<ReplayJobView>>().ProducesProblem(404);
        own.MapPost("/jobs/{id}:cancel", ReplayEndpoints.CancelAsync).WithName("CancelOwnReplayJob").WithSummary("Ends such a job.").Produces<Envelope<ReplayJobView>>().ProducesProblem(404).ProducesProblem(409);
        own.MapPost("/{id}:recover", ReplayEndpoints.RecoverAsync).WithName("RecoverOwnWebhook").WithSummary("Sends again what failed, or was missed.").Produces<Envelope<ReplayJobView>>(StatusCodes.Status202Accepted).ProducesProblem(400).ProducesProblem(404);
        own.MapGet("/{id}", SubscriptionEndpoints.GetAsync).WithName("GetOwnWebhook").WithSummary("Shows a subscription of the key.").Produces<Envelope<SubscriptionView>>().ProducesProblem(404);
        own.MapPut("/{id}", SubscriptionEndpoints.ReplaceAsync).WithName("ReplaceOwnWebhook").WithSummary("Replaces a subscription of the key.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(412);
        own.MapPatch("/{id}", SubscriptionEndpoints.PatchAsync).WithName("PatchOwnWebhook").WithSummary("Changes a subscription of the key by JSON merge patch.")
            .Accepts<System.Text.Json.JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(412);
        own.MapDelete("/{id}", SubscriptionEndpoints.DeleteAsync).WithName("DeleteOwnWebhook").WithSummary("Removes a subscription of the key.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(412);
        own.MapPost("/{id}:enable", SubscriptionEndpoints.EnableAsync).WithName("EnableOwnWebhook").WithSummary("Switches a subscription of the key on.").Produces<Envelope<SubscriptionView>>().ProducesProblem(404);
        own.MapPost("/{id}:disable", SubscriptionEndpoints.DisableAsync).WithName("DisableOwnWebhook").WithSummary("Switches a subscription of the key off.").Produces<Envelope<SubscriptionView>>().ProducesProblem(404);
        own.MapPost("/{id}:rotate-secret", SubscriptionEndpoints.RotateAsync).WithName("RotateOwnWebhookSecret").WithSummary("Adds a secret and gives the earlier ones an end.")
            .WithDescription(RotateSecretBody.Description).Produces<SecretEnvelope>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        own.MapPost("/{id}:revoke-secret", SubscriptionEndpoints.RevokeAsync).WithName("RevokeOwnWebhookSecret").WithSummary("Ends an earlier secret at once.")
            .Produces<Envelope<SubscriptionView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        own.MapPost("/{id}:test", SubscriptionEndpoints.TestAsync).WithName("TestOwnWebhook").NotRepeatable().AddEndpointFilter(SubscriptionEndpoints.TestLimit)
            .WithSummary("Sends a signed datahub.ping now.").WithDescription(TestBody.Description).Produces<Envelope<EndpointTest>>().ProducesProblem(404).ProducesProblem(429);
    }

    private static Task<IResult> CreateAsync(SubscriptionBody body, HttpContext context, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken) =>
        body.KeyId is null
            ? SubscriptionEndpoints.CreateUnderAsync(Place, body, context, mediator, clock, cancellationToken)
            : throw new DomainException(SubscriptionErrors.Invalid, "Leave keyId out: it is the key of the request.", "/keyId");

    private static async Task<IResult> TestByBodyAsync(OwnTestBody body, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<EndpointTest>(await mediator.Send(new TestEndpoint(SubscriptionEndpoints.IdOf(body.Id), body.Challenge), cancellationToken)), AdminJson.Options);
}
