using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Users;

internal sealed class UserList(DataHubDbContext context) : IUserList
{
    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["name"] = new("t.name COLLATE \"C\"", "text"),
        ["email"] = new("t.email_key COLLATE \"C\"", "text"),
    };

    public async Task<Page<UserDocument>> ListAsync(UserFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var page = await new KeysetSql("access.users t", Sorts)
            .Where("t.role = {0}", filter.Role?.ToString().ToLowerInvariant())
            .Where("t.status = {0}", filter.Status?.ToString().ToLowerInvariant())
            .Search("t.name || ' ' || t.email", list.Search)
            .ReadAsync(context, list, LoadAsync, user => user.Id.Value, cancellationToken);
        return new Page<UserDocument>([.. page.Items.Select(UserDocument.From)], page.NextCursor);

        Task<List<User>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new UserId(id));
            return context.Set<User>().AsNoTracking().Where(user => wanted.Contains(user.Id)).ToListAsync(cancellationToken);
        }
    }
}
