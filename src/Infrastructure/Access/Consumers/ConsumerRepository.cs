using DataHub.Application.Access.Consumers;
using DataHub.Domain.Access.Consumers;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Consumers;

internal sealed class ConsumerRepository(DataHubDbContext context) : IConsumerRepository
{
    public Task<Consumer?> FindAsync(ConsumerId id, CancellationToken cancellationToken) =>
        context.Set<Consumer>().FirstOrDefaultAsync(c => c.Id == id, cancellationToken);

    public Task<bool> IsNameTakenAsync(string name, ConsumerId except, CancellationToken cancellationToken) =>
        context.Set<Consumer>().AnyAsync(c => c.Name == name && c.Id != except, cancellationToken);

    public void Add(Consumer consumer) => context.Add(consumer);

    public void Remove(Consumer consumer) => context.Remove(consumer);
}
