using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Makes a user, who can sign in once the invitation was accepted.</summary>
/// <param name="Email">Unique over all tenants, whatever its case.</param>
/// <param name="Name">1 to <see cref="User.MaxNameLength"/> characters.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="Global">True: in every tenant; only a global administrator can make such a user.</param>
public sealed record InviteUser(string Email, string Name, Role Role, bool Global) : ICommand<User>, IUserFields;

internal sealed class InviteUserValidator : UserFieldsValidator<InviteUser>;

internal sealed class InviteUserHandler(IUserRepository users, IIdSource ids, WriteContext write, TimeProvider clock) : IRequestHandler<InviteUser, User>
{
    public async Task<User> Handle(InviteUser request, CancellationToken cancellationToken)
    {
        write.EnsureMayBeGlobal(request.Global);
        var id = new UserId(ids.NewId());
        await users.EnsureFreeAsync(request.Email, id, cancellationToken);
        var user = User.Invite(id, request.ToSettings(), clock.GetUtcNow());
        users.Add(user);
        return user;
    }
}
