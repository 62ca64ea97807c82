using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Switches a user on again: active, or invited still where the invitation was never accepted.</summary>
/// <param name="Id">The user.</param>
public sealed record EnableUser(UserId Id) : ICommand<User>;

internal sealed class EnableUserHandler(IUserRepository users, WriteContext write, TimeProvider clock) : IRequestHandler<EnableUser, User>
{
    public async Task<User> Handle(EnableUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        write.EnsureMatches(user);
        user.Enable(clock.GetUtcNow());
        return user;
    }
}
