using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Sessions;

/// <summary>A session that goes on, of a person who may sign in.</summary>
/// <param name="Id">The session.</param>
/// <param name="UserId">The person.</param>
/// <param name="Actor">The person as an actor, with the permissions of their present role.</param>
/// <param name="ExpiresAt">UTC instant after which it is over in any case.</param>
public sealed record SessionRecord(SessionId Id, UserId UserId, Actor Actor, DateTimeOffset ExpiresAt);

/// <summary>Tells whether a session goes on: from the memory of this node, which forgets at once what changes anywhere.</summary>
public interface ISessionDirectory
{
    /// <summary>Finds a session.</summary>
    /// <param name="id">The session.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it is unknown or has ended, or the person is disabled.</returns>
    ValueTask<SessionRecord?> FindAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Whose session it is or was, also after its end: for records, not to let anybody in.</summary>
    /// <param name="id">The session.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The person without any permission; null when the session is unknown.</returns>
    ValueTask<Actor?> FindPersonAsync(SessionId id, CancellationToken cancellationToken);
}
