using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Setup;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Access.ApiKeys;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Proxy;
using MediatR;

namespace DataHub.Gateway.Api.Access.Setup;

/// <summary>What POST takes.</summary>
/// <param name="Token">The one-time token that the gateway printed when it started.</param>
/// <param name="Name">Name of the administrator; <c>administrator</c> when left out.</param>
/// <param name="Email">Mail address of a first user, who can sign in at once; leave it out to make none.</param>
/// <param name="Password">The password of that user: 12 to 128 characters, and none of those that are tried first.</param>
internal sealed record SetupBody(string Token, string? Name = null, string? Email = null, string? Password = null)
{
    /// <summary>Without token and password, so that nothing that prints a body prints it.</summary>
    public override string ToString() => $"SetupBody {{ Name = {Name} }}";
}

/// <summary>Whether setup can still be done.</summary>
/// <param name="Open">False once there is an administrator.</param>
internal sealed record SetupState(bool Open);

/// <summary>Maps <c>/setup</c>, the one resource of the admin API that asks for no key.</summary>
internal static class SetupEndpoints
{
    public static void MapSetup(this RouteGroupBuilder admin)
    {
        var setup = admin.MapGroup("/setup").WithTags("Setup").AllowAnonymous();
        setup.MapGet("", GetAsync).WithName("GetSetup").WithSummary("Tells whether the first administrator is still to be made.")
            .Produces<Envelope<SetupState>>();
        setup.MapPost("", CompleteAsync).WithName("CompleteSetup").WithSummary("Makes the first administrator, once, with the token that was printed at start.")
            .Produces<IssuedKeyEnvelope>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(401).ProducesProblem(409);
    }

    private static async Task<IResult> GetAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<SetupState>(new SetupState(await mediator.Send(new IsSetupOpen(), cancellationToken))), AdminJson.Options);

    private static async Task<IResult> CompleteAsync(
        SetupBody body,
        HttpContext context,
        IMediator mediator,
        ISetupToken token,
        IFailedAuthenticationGuard failures,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        CompletedSetup completed;
        try
        {
            completed = await mediator.Send(new CompleteSetup(new ClearSecret(body.Token), body.Name, body.Email, body.Password is { } password ? new ClearSecret(password) : null), cancellationToken);
        }
        catch (DomainException e) when (e.Error.Code == ErrorCodes.SetupTokenInvalid)
        {
            failures.RecordFailure(context.Features.Get<GatewayRequest>()!.ClientAddress);
            throw;
        }

        context.Response.Headers.CacheControl = "no-store";
        var key = ApiKeyDocument.From(completed.Key, clock.GetUtcNow());
        if (context.RequestServices.GetRequiredService<WriteContext>().DryRun)
        {
            return TypedResults.Json(new IssuedKeyEnvelope(key, null, IssuedKeyEnvelope.NotIssued), AdminJson.Options);
        }

        // Lets this node forget the clear text; the others do so when they start.
        await token.GetPendingAsync(CancellationToken.None);
        context.Response.Headers.Location = $"/api/v1/keys/{key.Id}";
        return TypedResults.Json(
            new IssuedKeyEnvelope(key, completed.Secret.Reveal(), IssuedKeyEnvelope.ShownOnce), AdminJson.Options, statusCode: StatusCodes.Status201Created);
    }
}
