using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Replaces all that can be changed of a user.</summary>
/// <param name="Id">The user.</param>
/// <param name="Email">Unique over all tenants, whatever its case.</param>
/// <param name="Name">1 to <see cref="User.MaxNameLength"/> characters.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="Global">True: in every tenant; only a global administrator can give or take that.</param>
public sealed record UpdateUser(UserId Id, string Email, string Name, Role Role, bool Global) : ICommand<User>, IUserFields;

internal sealed class UpdateUserValidator : UserFieldsValidator<UpdateUser>;

internal sealed class UpdateUserHandler(IUserRepository users, WriteContext write, TimeProvider clock) : IRequestHandler<UpdateUser, User>
{
    public async Task<User> Handle(UpdateUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        write.EnsureMatches(user);
        write.EnsureMayBeGlobal(request.Global);
        await users.EnsureFreeAsync(request.Email, request.Id, cancellationToken);
        user.Update(request.ToSettings(), clock.GetUtcNow());
        return user;
    }
}
