using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using MediatR;

namespace DataHub.Application.Access.Sessions;

/// <summary>Ends the session of an access token, of a refresh token, or of both.</summary>
/// <param name="Session">The session of the access token; null when none was presented.</param>
/// <param name="Refresh">The refresh token; null when none was presented.</param>
public sealed record SignOut(SessionId? Session, ClearSecret? Refresh) : ICommand<Unit>;

internal sealed class SignOutHandler(
    ISessionRepository sessions, ISignInPeople people, IChangePublisher changes, IAuditTrail audit, WriteContext write, TimeProvider clock) : IRequestHandler<SignOut, Unit>
{
    public async Task<Unit> Handle(SignOut request, CancellationToken cancellationToken)
    {
        if (request.Session is { } id && await sessions.FindAsync(id, cancellationToken) is { } own)
        {
            await EndAsync(own, cancellationToken);
        }

        if (request.Refresh is { } token && RefreshSecret.Parse(token.Reveal()) is { } presented
            && await sessions.FindByRefreshAsync(presented.Digest(), cancellationToken) is var (session, _))
        {
            await EndAsync(session, cancellationToken);
        }

        return Unit.Value;
    }

    private async Task EndAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.EndedAt is null)
        {
            // The endpoint lets in anybody: whose session it is, the token has proved.
            if (await people.FindOfAsync(session, cancellationToken) is { } person)
            {
                (write.Actor, write.Tenant) = (person.ToActor(), person.Tenant);
            }

            session.End(SessionEnd.SignedOut, clock.GetUtcNow());
            changes.Publish(ChangeTopics.Sessions, session.Id.ToString());
            audit.Note("session.sign-out", "session", session.Id.ToString());
        }
    }
}
