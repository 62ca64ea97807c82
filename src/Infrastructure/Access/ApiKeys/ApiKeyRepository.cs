using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.ApiKeys;

internal sealed class ApiKeyRepository(DataHubDbContext context) : IApiKeyRepository
{
    public Task<ApiKey?> FindAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        context.Set<ApiKey>().FirstOrDefaultAsync(k => k.Id == id, cancellationToken);

    public async Task<IReadOnlyList<ApiKey>> FindOfConsumerAsync(ConsumerId consumerId, CancellationToken cancellationToken) =>
        await context.Set<ApiKey>().Where(k => k.ConsumerId == consumerId).ToListAsync(cancellationToken);

    public Task<bool> AnyUsableAdminKeyAsync(ApiKeyId? exceptKey, ConsumerId? exceptConsumer, DateTimeOffset now, CancellationToken cancellationToken) =>
        (from key in context.Set<ApiKey>()
         join consumer in context.Set<Consumer>() on key.ConsumerId equals consumer.Id
         where key.Environment == KeyEnvironment.Admin && key.RevokedAt == null && key.DisabledAt == null
            && (key.ExpiresAt == null || key.ExpiresAt > now) && consumer.SuspendedAt == null
            && (exceptKey == null || key.Id != exceptKey) && (exceptConsumer == null || key.ConsumerId != exceptConsumer)
         select key.Id).AnyAsync(cancellationToken);

    public void Add(ApiKey key) => context.Add(key);

    public void Remove(ApiKey key) => context.Remove(key);
}
