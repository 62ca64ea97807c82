using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Users;

internal sealed class UserRepository(DataHubDbContext context) : IUserRepository
{
    public Task<User?> FindAsync(UserId id, CancellationToken cancellationToken) =>
        context.Set<User>().FirstOrDefaultAsync(u => u.Id == id, cancellationToken);

    public Task<User?> FindByEmailAnywhereAsync(string email, CancellationToken cancellationToken)
    {
        var key = User.KeyOf(email);
        return context.Set<User>().IgnoreQueryFilters().FirstOrDefaultAsync(u => u.EmailKey == key, cancellationToken);
    }

    public Task<User?> FindAnywhereAsync(UserId id, CancellationToken cancellationToken) =>
        context.Set<User>().IgnoreQueryFilters().FirstOrDefaultAsync(u => u.Id == id, cancellationToken);

    public Task<int> CountConsumersAsync(UserId id, CancellationToken cancellationToken) =>
        context.Set<Consumer>().CountAsync(c => c.OwnerUserId == id, cancellationToken);

    public void Add(User user) => context.Add(user);

    public void Remove(User user) => context.Remove(user);
}
