using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>One user.</summary>
/// <param name="Id">The user.</param>
public sealed record GetUser(UserId Id) : IQuery<UserDocument>;

internal sealed class GetUserHandler(IUserRepository users) : IRequestHandler<GetUser, UserDocument>
{
    public async Task<UserDocument> Handle(GetUser request, CancellationToken cancellationToken) =>
        UserDocument.From(await users.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(UserErrors.NotFound));
}
