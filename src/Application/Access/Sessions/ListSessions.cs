using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.Sessions;

/// <summary>The open sessions of a person, last used first.</summary>
/// <param name="UserId">The person.</param>
public sealed record ListSessions(UserId UserId) : IQuery<IReadOnlyList<SessionDocument>>;

/// <summary>A session as the API shows it.</summary>
/// <param name="Id">Printed id.</param>
/// <param name="Method">How the person signed in: <c>password</c>, or <c>sso:</c> and the name of the provider.</param>
/// <param name="Address">Address of the client that used it last.</param>
/// <param name="UserAgent">What that client calls itself.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="RefreshedAt">When it was refreshed last.</param>
/// <param name="ExpiresAt">When it is over unless it is refreshed.</param>
/// <param name="Current">True for the session that asks.</param>
public sealed record SessionDocument(
    string Id, string Method, string Address, string UserAgent, DateTimeOffset CreatedAt, DateTimeOffset RefreshedAt, DateTimeOffset ExpiresAt, bool Current)
{
    /// <summary>Shows a session.</summary>
    /// <param name="session">The session.</param>
    public static SessionDocument From(Session session) =>
        new(session.Id.ToString(), session.Method, session.Address, session.Agent, session.CreatedAt, session.RefreshedAt, session.RefreshExpiresAt, Current: false);
}

internal sealed class ListSessionsHandler(ISessionRepository sessions, TimeProvider clock) : IRequestHandler<ListSessions, IReadOnlyList<SessionDocument>>
{
    public async Task<IReadOnlyList<SessionDocument>> Handle(ListSessions request, CancellationToken cancellationToken) =>
        [.. (await sessions.FindOpenAsync(request.UserId, cancellationToken))
            .Where(s => s.IsActive(clock.GetUtcNow())).OrderByDescending(s => s.RefreshedAt).Select(SessionDocument.From)];
}
