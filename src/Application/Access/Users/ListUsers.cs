using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.Users;

/// <summary>A page of users.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListUsers(UserFilter Filter, ListRequest List) : IQuery<Page<UserDocument>>;

internal sealed class ListUsersHandler(IUserList users) : IRequestHandler<ListUsers, Page<UserDocument>>
{
    public Task<Page<UserDocument>> Handle(ListUsers request, CancellationToken cancellationToken) => users.ListAsync(request.Filter, request.List, cancellationToken);
}
