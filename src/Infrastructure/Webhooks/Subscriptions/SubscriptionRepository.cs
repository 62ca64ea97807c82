using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

internal sealed class SubscriptionRepository(DataHubDbContext context) : ISubscriptionRepository
{
    public Task<Subscription?> FindAsync(SubscriptionId id, CancellationToken cancellationToken) =>
        context.Set<Subscription>().FirstOrDefaultAsync(s => s.Id == id, cancellationToken);

    public async Task<(int OfTenant, int OfKey)> CountAsync(ApiKeyId? key, CancellationToken cancellationToken)
    {
        var ofTenant = await context.Set<Subscription>().CountAsync(cancellationToken);
        return (ofTenant, key is null ? 0 : await context.Set<Subscription>().CountAsync(s => s.KeyId == key, cancellationToken));
    }

    public void Add(Subscription subscription) => context.Add(subscription);

    public void Remove(Subscription subscription) => context.Remove(subscription);
}
