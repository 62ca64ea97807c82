using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Switches a user off until enabled again.</summary>
/// <param name="Id">The user.</param>
public sealed record DisableUser(UserId Id) : ICommand<User>;

internal sealed class DisableUserHandler(IUserRepository users, WriteContext write, TimeProvider clock) : IRequestHandler<DisableUser, User>
{
    public async Task<User> Handle(DisableUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        write.EnsureMatches(user);
        user.Disable(clock.GetUtcNow());
        return user;
    }
}
