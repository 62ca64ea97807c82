using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Sessions;

internal sealed class SessionRepository(DataHubDbContext context) : ISessionRepository
{
    public Task<Session?> FindAsync(SessionId id, CancellationToken cancellationToken) => LockedAsync(id, cancellationToken);

    public async Task<(Session Session, int Generation)?> FindByRefreshAsync(byte[] digest, CancellationToken cancellationToken)
    {
        var token = await context.Set<IssuedRefresh>().AsNoTracking().FirstOrDefaultAsync(t => t.Digest == digest, cancellationToken);
        return token is not null && await LockedAsync(token.SessionId, cancellationToken) is { } session ? (session, token.Generation) : null;
    }

    public async Task<IReadOnlyList<Session>> FindOpenAsync(UserId userId, CancellationToken cancellationToken) =>
        await context.Set<Session>().Where(s => s.UserId == userId && s.EndedAt == null).ToListAsync(cancellationToken);

    public void Add(Session session) => context.Add(session);

    public void AddRefresh(Session session, byte[] digest) =>
        context.Add(new IssuedRefresh { Digest = digest, SessionId = session.Id, Generation = session.Generation, ExpiresAt = session.ExpiresAt });

    // Two that refresh at once take turns; the second sees what the first did.
    private async Task<Session?> LockedAsync(SessionId id, CancellationToken cancellationToken) =>
        (await context.Set<Session>().FromSql($"SELECT * FROM access.sessions WHERE id = {id.Value} FOR UPDATE").ToListAsync(cancellationToken)).SingleOrDefault();
}
