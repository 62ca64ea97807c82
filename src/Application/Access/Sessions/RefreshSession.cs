using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using MediatR;
using Microsoft.Extensions.Options;

namespace DataHub.Application.Access.Sessions;

/// <summary>Uses a refresh token up and issues the next one.</summary>
/// <param name="Token">What was presented.</param>
/// <param name="Client">Who presents it.</param>
/// <param name="ByBrowser">True when it came in a cookie, which tabs share: they may send it twice within a moment. Whoever keeps a token itself may not.</param>
public sealed record RefreshSession(ClearSecret Token, SessionClient Client, bool ByBrowser) : ICommand<RefreshedSession>;

/// <summary>How it went. A refusal is a result, not an exception, since ending the session must be kept.</summary>
/// <param name="Verdict">What the token was good for; null when there is no such token.</param>
/// <param name="Tokens">The next tokens when it was good, else null.</param>
public sealed record RefreshedSession(RefreshVerdict? Verdict, SessionTokens? Tokens);

internal sealed class RefreshSessionHandler(
    ISessionRepository sessions,
    ISignInPeople people,
    IAccessTokens tokens,
    IAuditTrail audit,
    IChangePublisher changes,
    WriteContext write,
    IRandomSource random,
    TimeProvider clock,
    IOptions<SessionsOptions> options) : IRequestHandler<RefreshSession, RefreshedSession>
{
    private static readonly RefreshedSession Unknown = new(null, null);

    public async Task<RefreshedSession> Handle(RefreshSession request, CancellationToken cancellationToken)
    {
        if (RefreshSecret.Parse(request.Token.Reveal()) is not { } presented
            || await sessions.FindByRefreshAsync(presented.Digest(), cancellationToken) is not var (session, generation))
        {
            return Unknown;
        }

        if (await people.FindOfAsync(session, cancellationToken) is not { Active: true } person)
        {
            return new RefreshedSession(RefreshVerdict.Ended, null);
        }

        (write.Actor, write.Tenant) = (person.ToActor(), person.Tenant);
        var next = SessionOpener.NewRefresh(random);
        var lifetimes = request.ByBrowser ? options.Value.Lifetimes : options.Value.Lifetimes with { Repeat = TimeSpan.Zero };
        var verdict = session.Refresh(generation, presented.Cover(next), request.Client, lifetimes, clock.GetUtcNow());
        switch (verdict)
        {
            case RefreshVerdict.Rotated:
                sessions.AddRefresh(session, next.Digest());
                break;
            case RefreshVerdict.Repeated:
                next = presented.Uncover(session.Successor!);
                break;
            case RefreshVerdict.Reused:
                changes.Publish(ChangeTopics.Sessions, session.Id.ToString());
                audit.Note("session.refresh-reused", "session", session.Id.ToString(), new { generation, current = session.Generation });
                return new RefreshedSession(verdict, null);
            default:
                return new RefreshedSession(verdict, null);
        }

        return new RefreshedSession(verdict, new SessionTokens(session, person, await tokens.IssueAsync(person.Id, session.Id, cancellationToken), next));
    }
}
