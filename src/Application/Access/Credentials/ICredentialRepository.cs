using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Credentials;

/// <summary>Keeps the credentials of people. Changes are saved by the transaction of the command.</summary>
public interface ICredentialRepository
{
    /// <summary>Loads a credential for change, and makes others that want it wait until the end of this transaction.</summary>
    /// <param name="id">The person.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when the person has none yet.</returns>
    Task<UserCredential?> FindAsync(UserId id, CancellationToken cancellationToken);

    /// <summary>Adds a credential.</summary>
    /// <param name="credential">The new credential.</param>
    void Add(UserCredential credential);
}
