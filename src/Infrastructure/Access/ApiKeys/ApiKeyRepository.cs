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

    public async Task<IReadOnlyList<ApiKey>> FindBySecretPrefixAsync(string prefix, int limit, CancellationToken cancellationToken) =>
        await context.Set<ApiKey>().Where(k => k.Secrets.Any(s => s.Prefix == prefix)).OrderByDescending(k => k.CreatedAt).ThenBy(k => k.Id).Take(limit).ToListAsync(cancellationToken);

    public void Add(ApiKey key) => context.Add(key);

    public void Remove(ApiKey key) => context.Remove(key);
}
