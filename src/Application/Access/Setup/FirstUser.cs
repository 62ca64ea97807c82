using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Setup;

/// <summary>Makes the first user: a global administrator who can sign in at once.</summary>
internal sealed class FirstUser(IUserRepository users, ICredentialRepository credentials, PasswordAcceptance acceptance, IPasswordHashing hashing, IIdSource ids, TimeProvider clock)
{
    public async Task<User> AddAsync(string email, string name, ClearSecret password, CancellationToken cancellationToken)
    {
        acceptance.Ensure(password.Reveal(), email, "/password");
        var id = new UserId(ids.NewId());
        await users.EnsureFreeAsync(email, id, cancellationToken);
        var now = clock.GetUtcNow();
        var user = User.Invite(id, new UserSettings(email, name, Role.Admin, Global: true), now);
        user.Activate(now);
        var credential = UserCredential.For(id, now);
        credential.SetPassword(await hashing.HashAsync(password.Reveal(), cancellationToken), now);
        users.Add(user);
        credentials.Add(credential);
        return user;
    }
}
