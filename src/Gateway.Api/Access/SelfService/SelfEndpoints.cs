using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.SelfService;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Access.ApiKeys;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataHub.Gateway.Api.Access.SelfService;

/// <summary>Maps <c>/self</c>: what strangers may ask for, and what the holder of a live or test key may do with it.</summary>
internal static class SelfEndpoints
{
    // The windows that registrations are counted in.
    private const int HourSeconds = 3_600;
    private const int DaySeconds = 86_400;

    public static void MapSelf(this RouteGroupBuilder admin)
    {
        var open = admin.MapGroup("/self").WithTags("Self-service").AllowAnonymous();
        open.MapPost("/register", RegisterAsync).WithName("RegisterSelf").WithSummary("Signs up for a key: at once, by invitation code, or with an administrator's approval.")
            .Produces<RegistrationEnvelope>(StatusCodes.Status201Created).Produces<RegistrationEnvelope>(StatusCodes.Status202Accepted)
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(429);
        open.MapPost("/registrations/{id}:claim", ClaimAsync).WithName("ClaimRegistration").WithSummary("Collects the key of a registration that was approved.")
            .Produces<RegistrationEnvelope>(StatusCodes.Status201Created).Produces<RegistrationEnvelope>(StatusCodes.Status202Accepted)
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);

        var self = admin.MapGroup("/self").WithTags("Self-service").RequireSignedIn(ActorKind.ApiKey);
        self.MapGet("/profile", ProfileAsync).WithName("GetSelfProfile").WithSummary("Shows the holder of a key its consumer, key, limits and usage.").Produces<Envelope<SelfProfile>>();
        self.MapGet("/keys", KeysAsync).WithName("ListOwnKeys").WithSummary("Lists the keys of the holder's consumer.").Produces<Envelope<IReadOnlyList<SelfKey>>>();
        self.MapPost("/keys:rotate", RotateAsync).WithName("RotateOwnKey").WithSummary("Adds a secret to the key of this request and gives the earlier ones an end.")
            .WithDescription(RotateKeyBody.Description).Produces<IssuedKeyEnvelope>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(412);
        self.MapDelete("/keys/{id}", RevokeAsync).WithName("RevokeOwnKey").WithSummary("Ends a key of the holder's consumer for ever.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> RegisterAsync(
        RegisterBody body, HttpContext context, IMediator mediator, IFailedAuthenticationGuard failures, WriteContext write, CancellationToken cancellationToken)
    {
        try
        {
            Enter(context, write);
            ClearSecret? code = body.InvitationCode is null ? null : new ClearSecret(body.InvitationCode);
            var registered = await mediator.Send(new RegisterSelf(body.Name, body.Email, body.Segment, code, body.Purpose), cancellationToken);
            return Answer(registered.Registration, registered.Issued, registered.ClaimToken, write);
        }
        catch (DomainException e) when (e.Error.Code == ErrorCodes.InvitationInvalid)
        {
            // Whoever tries codes out is slowed down like whoever tries keys out.
            failures.RecordFailure(context.Features.Get<GatewayRequest>()!.ClientAddress);
            throw;
        }
        catch (DomainException e) when (e.Error.Code == ErrorCodes.RateLimitExceeded)
        {
            await context.WriteProblemAsync(new Problem(e.Error.Code, e.Message) { RetryAfterSeconds = e.Error == SelfServiceErrors.TooManyFromMailDomain ? DaySeconds : HourSeconds });
            return Results.Empty;
        }
    }

    private static async Task<IResult> ClaimAsync(
        string id, ClaimBody body, HttpContext context, IMediator mediator, IFailedAuthenticationGuard failures, WriteContext write, CancellationToken cancellationToken)
    {
        try
        {
            Enter(context, write);
            var registration = PathIds.Parse<RegistrationId>(id, SelfServiceErrors.NotFound);
            var claimed = await mediator.Send(new ClaimRegistration(registration, new ClearSecret(body.ClaimToken)), cancellationToken);
            return Answer(claimed.Registration, claimed.Issued, null, write);
        }
        catch (DomainException e) when (e.Error.Code == ErrorCodes.NotFound)
        {
            failures.RecordFailure(context.Features.Get<GatewayRequest>()!.ClientAddress);
            throw;
        }
    }

    // A stranger signs up with the tenant whose host was asked.
    private static void Enter(HttpContext context, WriteContext write) =>
        write.Tenant = context.Features.Get<GatewayRequest>()!.Snapshot.TenantHosts.OwnerOf(context.Request.Host.Host) ?? TenantId.Default;

    private static JsonHttpResult<RegistrationEnvelope> Answer(Registration registration, IssuedApiKey? issued, ClearSecret? claim, WriteContext write)
    {
        var key = issued?.Key;
        var state = new RegistrationState(
            registration.Id.ToString(), registration.Status, registration.ConsumerId?.ToString(),
            key is null ? null : new SelfKeyIssued(key.Id.ToString(), key.Secrets[^1].Prefix, key.Scopes, key.ExpiresAt));
        var envelope = write.DryRun ? new RegistrationEnvelope(state, null, null, RegistrationEnvelope.DryRun)
            : issued is null ? new RegistrationEnvelope(state, null, claim?.Reveal(), RegistrationEnvelope.Wait)
            : new RegistrationEnvelope(state, issued.Secret.Reveal(), null, RegistrationEnvelope.Store);
        return TypedResults.Json(envelope, AdminJson.Options, statusCode: write.DryRun ? 200 : issued is null ? 202 : 201);
    }

    private static async Task<IResult> ProfileAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<SelfProfile>(await mediator.Send(new GetSelfProfile(), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> KeysAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<IReadOnlyList<SelfKey>>(await mediator.Send(new ListOwnKeys(), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> RotateAsync(HttpContext context, IMediator mediator, IKeyInsights insights, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<RotateKeyBody>(context.Request, cancellationToken) ?? new RotateKeyBody();
        var rotated = await mediator.Send(new RotateOwnKey(body.GraceSeconds, body.Reason), cancellationToken);
        return await RotationEndpoints.RotatedAsync(context, rotated, insights, clock, cancellationToken);
    }

    private static async Task<IResult> RevokeAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RevokeOwnKey(PathIds.Parse<ApiKeyId>(id, ApiKeyErrors.NotFound)), cancellationToken);
        return TypedResults.NoContent();
    }
}
