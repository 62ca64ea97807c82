using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Sessions;

/// <summary>Keeps sessions and the digests of their refresh tokens. Changes are saved by the transaction of the command.</summary>
public interface ISessionRepository
{
    /// <summary>Loads a session for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<Session?> FindAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Loads the session that a refresh token belongs to, and makes others that want it wait until the end of this transaction.</summary>
    /// <param name="digest">Digest of the token.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session and the number of the token in it; null when there is no such token.</returns>
    Task<(Session Session, int Generation)?> FindByRefreshAsync(byte[] digest, CancellationToken cancellationToken);

    /// <summary>The sessions of a person that have not ended.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<Session>> FindOpenAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Adds a session.</summary>
    /// <param name="session">The new session.</param>
    void Add(Session session);

    /// <summary>Adds the refresh token that a session has issued last.</summary>
    /// <param name="session">The session.</param>
    /// <param name="digest">Digest of the token.</param>
    void AddRefresh(Session session, byte[] digest);
}
