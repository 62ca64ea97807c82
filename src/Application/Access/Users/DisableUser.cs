using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Switches a user off until enabled again, and ends all sessions for ever.</summary>
/// <param name="Id">The user.</param>
public sealed record DisableUser(UserId Id) : ICommand<User>;

internal sealed class DisableUserHandler(IUserRepository users, SessionEnder sessions, WriteContext write, TimeProvider clock) : IRequestHandler<DisableUser, User>
{
    public async Task<User> Handle(DisableUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        write.EnsureMatches(user);
        user.Disable(clock.GetUtcNow());
        await sessions.EndAsync(user.Id, null, SessionEnd.Ended, cancellationToken);
        return user;
    }
}
