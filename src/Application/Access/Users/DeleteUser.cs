using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>Removes a user who owns no consumer; disabling keeps the user to be looked at.</summary>
/// <param name="Id">The user.</param>
public sealed record DeleteUser(UserId Id) : ICommand<Unit>;

internal sealed class DeleteUserHandler(IUserRepository users, WriteContext write) : IRequestHandler<DeleteUser, Unit>
{
    public async Task<Unit> Handle(DeleteUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        write.EnsureMatches(user);
        var owned = await users.CountConsumersAsync(user.Id, cancellationToken);
        if (owned > 0)
        {
            throw new DomainException(UserErrors.OwnsConsumers, $"The user owns {owned} consumers; give them to somebody else first.");
        }

        users.Remove(user);
        return Unit.Value;
    }
}
