using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.SignIn;

/// <summary>A person as signing in needs to know them.</summary>
/// <param name="Id">The user.</param>
/// <param name="Email">The mail address that they sign in with.</param>
/// <param name="Name">Their name.</param>
/// <param name="Role">Their role.</param>
/// <param name="Tenant">Their tenant; the default tenant for a global one.</param>
/// <param name="Global">True when they may work in every tenant.</param>
/// <param name="Status">Where they stand.</param>
public sealed record SignInPerson(UserId Id, string Email, string Name, Role Role, TenantId Tenant, bool Global, UserStatus Status)
{
    /// <summary>True when they may sign in.</summary>
    public bool Active => Status == UserStatus.Active;

    /// <summary>The hash of the password; null while there is none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>True when a second factor is asked for.</summary>
    public bool SecondFactor { get; init; }

    /// <summary>Their subject at the identity provider, as <c>issuer subject</c>; null unless they signed in there.</summary>
    public string? Subject { get; init; }

    /// <summary>The person as an actor.</summary>
    public Actor ToActor() => new(ActorKind.User, Id.ToString(), Tenant, Global, RolePermissions.Of(Role)) { Subject = Subject };

    // The hash does not belong in a message.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append("Id = ").Append(Id).Append(", Role = ").Append(Role);
        return true;
    }
}

/// <summary>Finds people of all tenants, for signing in.</summary>
public interface ISignInPeople
{
    /// <summary>By mail address, whatever its case.</summary>
    /// <param name="email">The address.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is nobody.</returns>
    Task<SignInPerson?> FindByEmailAsync(string email, CancellationToken cancellationToken);

    /// <summary>By id.</summary>
    /// <param name="id">The user.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is nobody.</returns>
    Task<SignInPerson?> FindAsync(UserId id, CancellationToken cancellationToken);

    /// <summary>By a session that they opened, with the subject that they signed in as.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is nobody.</returns>
    Task<SignInPerson?> FindOfAsync(Session session, CancellationToken cancellationToken);

    /// <summary>Notes when a person signed in last. No change of what an administrator set, so the user's version stays.</summary>
    /// <param name="id">The user.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task NoteSignInAsync(UserId id, DateTimeOffset now, CancellationToken cancellationToken);
}
