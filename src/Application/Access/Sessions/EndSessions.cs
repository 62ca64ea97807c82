using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.Sessions;

/// <summary>Ends all sessions of a person, or all but one.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Except">The session that goes on; null for none.</param>
/// <param name="Reason">Why.</param>
public sealed record EndSessions(UserId UserId, SessionId? Except, SessionEnd Reason) : ICommand<int>;

internal sealed class EndSessionsHandler(SessionEnder ender) : IRequestHandler<EndSessions, int>
{
    public Task<int> Handle(EndSessions request, CancellationToken cancellationToken) =>
        ender.EndAsync(request.UserId, request.Except, request.Reason, cancellationToken);
}

/// <summary>Ends the sessions of a person inside the transaction of a command.</summary>
internal sealed class SessionEnder(ISessionRepository sessions, IChangePublisher changes, TimeProvider clock)
{
    public async Task<int> EndAsync(UserId userId, SessionId? except, SessionEnd reason, CancellationToken cancellationToken)
    {
        var open = (await sessions.FindOpenAsync(userId, cancellationToken)).Where(s => s.Id != except).ToList();
        foreach (var session in open)
        {
            session.End(reason, clock.GetUtcNow());
            changes.Publish(ChangeTopics.Sessions, session.Id.ToString());
        }

        return open.Count;
    }
}
