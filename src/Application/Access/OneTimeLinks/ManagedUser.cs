using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>A user of the tenant that the request works in, whose sign-in somebody else manages.</summary>
/// <param name="Id">The user.</param>
/// <param name="Change">True to change something: a global user is for global administrators then.</param>
public sealed record ManagedUser(UserId Id, bool Change) : IQuery<User>;

internal sealed class ManagedUserHandler(IUserRepository users, WriteContext write) : IRequestHandler<ManagedUser, User>
{
    /// <summary>Refuses who would change somebody that may do more.</summary>
    public static readonly DomainError MoreThanYou = new(ErrorCodes.InsufficientPermission, "The user may do more than you.");

    public async Task<User> Handle(ManagedUser request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);
        return request.Change && user.Global && !write.Actor.Global
            ? throw new DomainException(MoreThanYou, "Only a global administrator changes how a global user signs in.")
            : user;
    }
}
