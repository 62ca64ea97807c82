using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Users;

/// <summary>Keeps users. Changes are saved by the transaction of the command.</summary>
public interface IUserRepository
{
    /// <summary>Loads a user of the request's tenant for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<User?> FindAsync(UserId id, CancellationToken cancellationToken);

    /// <summary>Loads a user of whatever tenant: for signing in, when nobody is known yet, and to keep addresses apart.</summary>
    /// <param name="email">The address, in any case.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when nobody has it.</returns>
    Task<User?> FindByEmailAnywhereAsync(string email, CancellationToken cancellationToken);

    /// <summary>Loads a user of whatever tenant: for a session or an invitation that names it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<User?> FindAnywhereAsync(UserId id, CancellationToken cancellationToken);

    /// <summary>How many consumers a user owns.</summary>
    /// <param name="id">The user.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<int> CountConsumersAsync(UserId id, CancellationToken cancellationToken);

    /// <summary>Adds a user.</summary>
    /// <param name="user">The new user.</param>
    void Add(User user);

    /// <summary>Removes a user.</summary>
    /// <param name="user">A loaded user.</param>
    void Remove(User user);
}

/// <summary>What a list of users is narrowed to; null members do not narrow.</summary>
/// <param name="Role">Their role.</param>
/// <param name="Status">Where they stand.</param>
public sealed record UserFilter(Role? Role, UserStatus? Status);

/// <summary>Reads pages of users.</summary>
public interface IUserList
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "name", "email"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order; free text is looked for in name and address.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<UserDocument>> ListAsync(UserFilter filter, ListRequest list, CancellationToken cancellationToken);
}
