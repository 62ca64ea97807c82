using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Traffic.RateLimits;

internal sealed class RateLimitTierRepository(DataHubDbContext context) : IRateLimitTierRepository, ITierReader
{
    private DbSet<RateLimitTier> Tiers => context.Set<RateLimitTier>();

    public Task<RateLimitTier?> FindAsync(RateLimitTierId id, CancellationToken cancellationToken) =>
        Tiers.FirstOrDefaultAsync(t => t.Id == id, cancellationToken);

    public async Task TakeDefaultMarkAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await Tiers.FirstOrDefaultAsync(t => t.IsDefault, cancellationToken) is { } tier)
        {
            tier.GiveUpDefault(now);

            // Ahead of the transaction's own save: the unique index is checked at every statement.
            await context.SaveChangesAsync(cancellationToken);
        }
    }

    public Task<bool> IsNameTakenAsync(string name, RateLimitTierId except, CancellationToken cancellationToken) =>
        Tiers.AnyAsync(t => t.Name == name && t.Id != except, cancellationToken);

    public void Add(RateLimitTier tier) => Tiers.Add(tier);

    public void Remove(RateLimitTier tier) => Tiers.Remove(tier);

    public async Task<IReadOnlyList<TierDocument>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var tiers = await Tiers.IgnoreQueryFilters().AsNoTracking().OrderBy(t => t.Name).ToListAsync(cancellationToken);
        return tiers.ConvertAll(TierView.DocumentOf);
    }
}
