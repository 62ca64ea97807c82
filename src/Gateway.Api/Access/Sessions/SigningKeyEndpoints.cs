using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>What rotating the signing keys takes.</summary>
/// <param name="RevokeOld">True: access tokens that were signed before are refused from now on, on every node. Default false: they are good until they end.</param>
internal sealed record RotateSigningKeysBody(bool RevokeOld = false)
{
    /// <summary>Said of the endpoint, since the body is optional and so not bound.</summary>
    public const string Description =
        "Takes an optional body {\"revokeOld\": true}: access tokens that were signed before are then refused at once, and sessions go on with the next refresh. Without it they are good until they end.";
}

/// <summary>Maps <c>/auth/signing-keys:rotate</c>, for global administrators: the keys are those of all tenants.</summary>
internal static class SigningKeyEndpoints
{
    public static void MapSigningKeys(this RouteGroupBuilder admin) =>
        admin.MapPost("/auth/signing-keys:rotate", RotateAsync).WithTags("Signing in").RequireGlobal().RequirePermission(Permission.UsersWrite)
            .WithName("RotateSigningKeys").WithSummary("Puts a new key in the place of those that sign the access tokens of people.").WithDescription(RotateSigningKeysBody.Description)
            .Produces<Envelope<SigningKeyRotation>>().ProducesProblem(400);

    private static async Task<IResult> RotateAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<RotateSigningKeysBody>(context.Request, cancellationToken) ?? new RotateSigningKeysBody();
        return TypedResults.Json(new Envelope<SigningKeyRotation>(await mediator.Send(new RotateSigningKeys(body.RevokeOld), cancellationToken)), AdminJson.Options);
    }
}
