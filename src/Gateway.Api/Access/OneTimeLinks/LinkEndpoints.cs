using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.OneTimeLinks;

/// <summary>What asking for another password takes.</summary>
/// <param name="Email">The mail address of the person.</param>
internal sealed record PasswordResetBody(string Email);

/// <summary>What using a link takes.</summary>
/// <param name="Token">The token that the link ends with.</param>
/// <param name="Password">The new password: 12 to 128 characters, and none of those that are tried first.</param>
internal sealed record RedeemLinkBody(string Token, string Password)
{
    /// <summary>Without secrets.</summary>
    public override string ToString() => "RedeemLinkBody";
}

/// <summary>A link that was made for a person.</summary>
/// <param name="Id">Printed id.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="MailedTo">Where it was sent; null when there is no mail server.</param>
/// <param name="Url">The link itself, to hand on; null when it was mailed.</param>
internal sealed record LinkDocument(string Id, DateTimeOffset ExpiresAt, string? MailedTo, string? Url)
{
    /// <summary>Without the link.</summary>
    public override string ToString() => $"LinkDocument {{ Id = {Id} }}";
}

/// <summary>Maps invitations and other passwords, and what administrators do with the sessions and second factors of people.</summary>
internal static class LinkEndpoints
{
    public static void MapLinks(this RouteGroupBuilder admin)
    {
        var auth = admin.MapGroup("/auth").WithTags("Signing in").AllowAnonymous().NotRepeatable();
        auth.MapPost("/password:forgot", Forgot).WithName("AskForPasswordReset").WithSummary("Mails a link for another password, if there is such a person and a mail server. The answer is the same in any case.")
            .Produces(StatusCodes.Status202Accepted);
        auth.MapPost("/password:reset", ResetAsync).WithName("ResetPassword").WithSummary("Sets another password with the token of a link, and ends all sessions of the person.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(400).ProducesProblem(401);
        auth.MapPost("/invitations:accept", AcceptAsync).WithName("AcceptInvitation").WithSummary("Sets the first password with the token of an invitation.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(400).ProducesProblem(401);

        var users = admin.MapGroup("/users").WithTags("Users").RequirePermission(Permission.UsersWrite);
        users.MapPost("/{id}:invite", InviteAsync).NotRepeatable().WithName("SendInvitation").WithSummary("Makes a link with which an invited user sets the first password; mailed where there is a mail server, else shown.")
            .Produces<Envelope<LinkDocument>>().ProducesProblem(404).ProducesProblem(409);
        users.MapPost("/{id}:reset-password", ResetForAsync).NotRepeatable().WithName("SendPasswordReset").WithSummary("Makes a link with which a user sets another password; mailed where there is a mail server, else shown.")
            .Produces<Envelope<LinkDocument>>().ProducesProblem(404).ProducesProblem(409);
        users.MapPost("/{id}:reset-second-factor", RemoveTotpAsync).WithName("ResetSecondFactor").WithSummary("Turns the second factor of a user off who lost the device.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404);
        users.MapGet("/{id}/sessions", ListAsync).RequirePermission(Permission.UsersRead).WithName("ListUserSessions").WithSummary("Lists the open sessions of a user.")
            .Produces<Envelope<IReadOnlyList<SessionDocument>>>().ProducesProblem(404);
        users.MapDelete("/{id}/sessions", EndAsync).WithName("EndUserSessions").WithSummary("Ends all sessions of a user, on every node.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Accepted Forgot(PasswordResetBody body, HttpContext context, IPasswordResetRequests queue)
    {
        if (User.IsEmail(body.Email))
        {
            queue.Enqueue(body.Email, SessionEndpoints.ClientOf(context).Address, context.TraceIdentifier);
        }

        return TypedResults.Accepted((string?)null);
    }

    private static async Task<IResult> ResetAsync(RedeemLinkBody body, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RedeemLink(new ClearSecret(body.Token), LinkPurpose.PasswordReset, new ClearSecret(body.Password)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> AcceptAsync(RedeemLinkBody body, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RedeemLink(new ClearSecret(body.Token), LinkPurpose.Invitation, new ClearSecret(body.Password)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<IResult> InviteAsync(string id, IMediator mediator, CancellationToken cancellationToken) => IssueAsync(id, LinkPurpose.Invitation, mediator, cancellationToken);

    private static Task<IResult> ResetForAsync(string id, IMediator mediator, CancellationToken cancellationToken) => IssueAsync(id, LinkPurpose.PasswordReset, mediator, cancellationToken);

    private static async Task<IResult> IssueAsync(string id, LinkPurpose purpose, IMediator mediator, CancellationToken cancellationToken)
    {
        var link = await mediator.Send(new IssueLink(IdOf(id), purpose), cancellationToken);
        return TypedResults.Json(new Envelope<LinkDocument>(new LinkDocument(link.Id.ToString(), link.ExpiresAt, link.MailedTo, link.Url?.Reveal())), AdminJson.Options);
    }

    private static async Task<IResult> RemoveTotpAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RemoveTotp((await mediator.Send(new ManagedUser(IdOf(id), Change: true), cancellationToken)).Id, null, null), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ListAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var user = await mediator.Send(new ManagedUser(IdOf(id), Change: false), cancellationToken);
        return TypedResults.Json(new Envelope<IReadOnlyList<SessionDocument>>(await mediator.Send(new ListSessions(user.Id), cancellationToken)), AdminJson.Options);
    }

    private static async Task<IResult> EndAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var user = await mediator.Send(new ManagedUser(IdOf(id), Change: true), cancellationToken);
        await mediator.Send(new EndSessions(user.Id, null, SessionEnd.Ended), cancellationToken);
        return TypedResults.NoContent();
    }

    private static UserId IdOf(string id) => PathIds.Parse<UserId>(id, UserErrors.NotFound);
}
