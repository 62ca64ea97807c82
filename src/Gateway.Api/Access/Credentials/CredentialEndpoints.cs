using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Credentials;

/// <summary>What changing a password takes.</summary>
/// <param name="CurrentPassword">The present one.</param>
/// <param name="NewPassword">The new one: 12 to 128 characters, and none of those that are tried first.</param>
internal sealed record ChangePasswordBody(string CurrentPassword, string NewPassword)
{
    /// <summary>Without secrets.</summary>
    public override string ToString() => "ChangePasswordBody";
}

/// <summary>What turning the second factor on takes.</summary>
/// <param name="Code">The code that the app shows.</param>
internal sealed record ConfirmTotpBody(string Code)
{
    /// <summary>Without secrets.</summary>
    public override string ToString() => "ConfirmTotpBody";
}

/// <summary>What turning the second factor off takes.</summary>
/// <param name="Password">The password of the person who asks.</param>
internal sealed record RemoveTotpBody(string Password)
{
    /// <summary>Without secrets.</summary>
    public override string ToString() => "RemoveTotpBody";
}

/// <summary>A secret for an authenticator app; shown once.</summary>
/// <param name="Secret">In base 32, to type.</param>
/// <param name="Uri">The same as <c>otpauth:</c> URI, to show as QR code.</param>
internal sealed record TotpDocument(string Secret, string Uri);

/// <summary>The codes that work once each without the app; shown once.</summary>
/// <param name="RecoveryCodes">The codes.</param>
internal sealed record RecoveryCodesDocument(IReadOnlyList<string> RecoveryCodes);

/// <summary>Maps what people change of their own sign-in under <c>/auth</c>.</summary>
internal static class CredentialEndpoints
{
    public static void MapCredentials(this RouteGroupBuilder admin)
    {
        var auth = admin.MapGroup("/auth").WithTags("Signing in").RequireSignedIn(ActorKind.User).NotRepeatable();
        auth.MapPost("/password:change", ChangePasswordAsync).WithName("ChangePassword").WithSummary("Changes the password of the person who asks, and ends their other sessions.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(400).ProducesProblem(401).ProducesProblem(429);
        auth.MapPost("/totp", BeginAsync).WithName("BeginSecondFactor").WithSummary("Makes the secret of a second factor, for an authenticator app. Confirm it with a code to turn it on.")
            .Produces<Envelope<TotpDocument>>().ProducesProblem(409);
        auth.MapPost("/totp:confirm", ConfirmAsync).WithName("ConfirmSecondFactor").WithSummary("Turns the second factor on, and shows the recovery codes.")
            .Produces<Envelope<RecoveryCodesDocument>>().ProducesProblem(401).ProducesProblem(409);
        auth.MapPost("/totp:remove", RemoveAsync).WithName("RemoveSecondFactor").WithSummary("Turns the second factor off.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(401).ProducesProblem(429);
    }

    private static async Task<IResult> ChangePasswordAsync(ChangePasswordBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var session = PersonSession.Of(context);
        return Proven(await mediator.Send(
            new ChangePassword(session.UserId, session.Id, SessionEndpoints.ClientOf(context), new ClearSecret(body.CurrentPassword), new ClearSecret(body.NewPassword)), cancellationToken));
    }

    private static async Task<IResult> BeginAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var begun = await mediator.Send(new BeginTotp(PersonSession.Of(context).UserId), cancellationToken);
        return TypedResults.Json(new Envelope<TotpDocument>(new TotpDocument(begun.Secret.Reveal(), begun.Uri.Reveal())), AdminJson.Options);
    }

    private static async Task<IResult> ConfirmAsync(ConfirmTotpBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var codes = await mediator.Send(new ConfirmTotp(PersonSession.Of(context).UserId, new ClearSecret(body.Code)), cancellationToken);
        return TypedResults.Json(new Envelope<RecoveryCodesDocument>(new RecoveryCodesDocument([.. codes.Select(c => c.Reveal())])), AdminJson.Options);
    }

    private static async Task<IResult> RemoveAsync(RemoveTotpBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Proven(await mediator.Send(new RemoveTotp(PersonSession.Of(context).UserId, new ClearSecret(body.Password), SessionEndpoints.ClientOf(context)), cancellationToken));

    private static IResult Proven(PasswordProof proof) => proof.Proven ? TypedResults.NoContent() : SessionEndpoints.Throttled(proof.RetryAfterSeconds);
}
